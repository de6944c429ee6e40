import { rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { apiRoutes, routesWithoutPermission } from './api-routes.ts';
import { cognitoConfig, startCognito } from './cognito.ts';
import { type DataDir, openDataDir } from './data-dir.ts';
import { createTables } from './dynamodb.ts';
import { startDynoxide } from './dynoxide.ts';
import { createFunctions, type Endpoints } from './functions.ts';
import { createApi } from './http-api.ts';
import { type HttpServer, startHttpServer } from './http-server.ts';
import { startGates } from './iam/gates.ts';
import { enforcePolicies, type Iam } from './iam/iam.ts';
import { iamAuthorizer } from './iam-authorizer.ts';
import { jwtAuthorizer } from './jwt-authorizer.ts';
import { watchLoad } from './load.ts';
import { withMetricsPage } from './metrics-page.ts';
import type { StackOutputs } from './outputs.ts';
import { StackError } from './stack-error.ts';
import { readAssembly, synthesize } from './synthesize.ts';
import { type ResolvedTemplate, type Resource, resolveTemplate } from './template.ts';
import { startWorkers, type WorkersProcess } from './workers.ts';

export interface StackOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly dataDir: string;
  /** Output of `cdk synth`; without it the app is synthesized into the data directory. */
  readonly assemblyDir?: string;
  /** CDK context to synthesize with, such as `{ holdTtlSeconds: 5 }`. */
  readonly context?: Record<string, unknown>;
  /** @default 123456 */
  readonly confirmationCode?: string;
  /** Another DynamoDB to use in place of the embedded one. */
  readonly dynamodbEndpoint?: string;
  /** Instances of each function that run at once. @default one a processor, at least two */
  readonly maxInstances?: number;
  /** Told what the functions warn of and how they fail. Everything they print is in `functions.log`. */
  readonly log?: (line: string) => void;
}

export interface Stack {
  readonly outputs: StackOutputs;
  readonly template: ResolvedTemplate;
  readonly iam: Iam;
  /** Where functions find the services, which there look at permissions; those of `outputs` do not. */
  readonly endpoints: Endpoints;
  stop(): Promise<void>;
}

const region = 'us-east-1';
const accountId = '000000000000';

/**
 * Runs the stack of the CDK app on this machine, until `stop` is called or this process ends, however it ends.
 *
 * @throws {StackError} where the port or the data directory is taken, the database is missing, or the template holds
 *   something that is not understood.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { log = () => undefined } = options;
  await using parts = new AsyncDisposableStack();
  const dataDir = openDataDir(options.dataDir);
  parts.defer(() => dataDir.release());
  const server = await startHttpServer(options.port, (error) => log(String(error)));
  parts.defer(() => server.stop());

  const confirmationCode = options.confirmationCode ?? '123456';
  const cognitoProcess = startCognito(join(dataDir.path, 'cognito'), confirmationCode);
  parts.defer(() => cognitoProcess.stop());
  const workers = startWorkers(dataDir.path, region, log);
  parts.defer(() => workers.stop());
  const gates = await startGates();
  parts.defer(() => gates.stop());
  const [assembly, dynamodb, { sqs, inbox, feed }] = await allSettled([
    options.assemblyDir
      ? readAssembly(options.assemblyDir)
      : synthesize(join(dataDir.path, 'cdk.out'), options.context),
    startDatabase(options, dataDir).then((database) => stopWith(parts, database)),
    workers.services,
  ]);

  const world = {
    region,
    accountId,
    stackName: assembly.stackName,
    apiUrl: server.url,
    sqsUrl: gates.endpoints.sqs,
  };
  const template = resolveTemplate(assembly.template, { ...world, id: dataDir.id });
  const iam = enforcePolicies(template, { ...world, id: dataDir.id });
  const [cognito] = await allSettled([
    cognitoProcess.serve(cognitoConfig(template, region)),
    createTables(template.of('AWS::DynamoDB::GlobalTable'), dynamodb.endpoint, region),
  ]);
  const outputs = outputsOf({ template, server, dataDir, confirmationCode, dynamodb, sqs, inbox });

  const { endpoint: database } = dynamodb;
  const upstream = { dynamodb: database, streams: feed, events: feed, sqs, cognito: cognito.endpoint, ses: inbox };
  gates.open(upstream, iam.guard);
  const { endpoints } = gates;
  // More instances than processors only add compiling and collecting of garbage: the work is bound by processors.
  const maxInstances = options.maxInstances ?? Math.max(2, availableParallelism());
  const logFile = join(dataDir.path, 'functions.log');
  const functions = createFunctions(template, {
    assembly,
    endpoints,
    region,
    id: dataDir.id,
    logFile,
    maxInstances,
    onLog: log,
  });
  for (const target of functions.values()) parts.defer(() => target.stop());
  // Stopped while the database still answers, so that what they work on can end.
  parts.defer(() => workers.stop());
  await allSettled([
    serveApi({
      template,
      iam,
      server: withMetricsPage(server, { logFile, log }),
      outputs,
      functions,
      workers,
      cognitoEndpoint: cognito.endpoint,
    }),
    workers.run({
      assembly,
      world,
      endpoints,
      dynamodb: { endpoint: dynamodb.endpoint, ...(dynamodb.file && { file: dynamodb.file }) },
      directory: dataDir.path,
      maxInstances,
    }),
  ]);

  const outputsFile = join(dataDir.path, 'outputs.json');
  await writeFile(outputsFile, `${JSON.stringify(outputs, null, 2)}\n`);
  // The last to be registered is the first to happen: no new requests while the parts go away.
  parts.defer(() => server.stop());
  parts.defer(() => rm(outputsFile, { force: true }));
  const running = parts.move();
  return { outputs, template, iam, endpoints, stop: () => running.disposeAsync() };
}

interface Database {
  readonly endpoint: string;
  /** Only where the database is the embedded one. */
  readonly file?: string;
  stop(): Promise<void>;
}

async function startDatabase({ dynamodbEndpoint }: StackOptions, dataDir: DataDir): Promise<Database> {
  if (dynamodbEndpoint) return { endpoint: dynamodbEndpoint, stop: async () => undefined };
  return await startDynoxide(dataDir.path, {
    platform: process.platform,
    arch: process.arch,
    path: process.env.PATH ?? '',
  });
}

interface ApiParts {
  readonly template: ResolvedTemplate;
  readonly iam: Iam;
  readonly server: HttpServer;
  readonly outputs: StackOutputs;
  readonly functions: ReturnType<typeof createFunctions>;
  readonly workers: WorkersProcess;
  readonly cognitoEndpoint: string;
}

async function serveApi({
  template,
  iam,
  server,
  outputs,
  functions,
  workers,
  cognitoEndpoint,
}: ApiParts): Promise<void> {
  const { ref: apiId } = only(template, 'AWS::ApiGatewayV2::Api');
  only(template, 'AWS::ApiGatewayV2::Stage');
  const authorizers = template.of('AWS::ApiGatewayV2::Authorizer').map(async ({ ref, properties }) => {
    const { Issuer: issuer, Audience: audience } = properties.JwtConfiguration;
    const keys = await fetch(`${cognitoEndpoint}/${poolOf(issuer, template)}/.well-known/jwks.json`);
    return [ref, jwtAuthorizer({ issuer, audience, keys: (await keys.json()) as { keys: [] } })] as const;
  });
  const credentialsOf = (name: 'admin' | 'stranger') => ({
    accessKeyId: outputs[`${name}AccessKeyId`],
    secretAccessKey: outputs[`${name}SecretAccessKey`],
  });
  const principals = [
    iam.user('admin', credentialsOf('admin'), template.of('AWS::IAM::ManagedPolicy')),
    iam.user('stranger', credentialsOf('stranger'), []),
  ];
  const routes = apiRoutes(template, {
    functions,
    jwtAuthorizers: new Map(await Promise.all(authorizers)),
    iamAuthorizer: iamAuthorizer({ principals, guard: iam.guard, region, accountId, apiId }),
  });
  const [unreachable] = routesWithoutPermission(template, `arn:aws:execute-api:${region}:${accountId}:${apiId}`);
  if (unreachable) {
    throw new StackError(`No AWS::Lambda::Permission lets API Gateway invoke the function of ${unreachable}.`);
  }
  const handle = createApi({ apiId, accountId, routes });
  server.handleWith(watchLoad(handle, 4 * availableParallelism(), workers.underPressure));
  for (const route of routes) route.function.warm();
}

function poolOf(issuer: string, template: ResolvedTemplate): string {
  const pool = template.of('AWS::Cognito::UserPool').find(({ attributes }) => attributes.ProviderURL === issuer);
  if (!pool) throw new StackError(`The issuer ${issuer} is no user pool of the template.`);
  return pool.ref;
}

interface OutputParts {
  readonly template: ResolvedTemplate;
  readonly server: HttpServer;
  readonly dataDir: DataDir;
  readonly confirmationCode: string;
  readonly dynamodb: { readonly endpoint: string };
  readonly sqs: string;
  readonly inbox: string;
}

function outputsOf({ template, server, dataDir, confirmationCode, dynamodb, sqs, inbox }: OutputParts): StackOutputs {
  const accessKeyId = (name: string) => `AKIA${dataDir.id(`${name} key`, 16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`;
  return {
    apiUrl: server.url,
    region,
    userPoolId: only(template, 'AWS::Cognito::UserPool').ref,
    userPoolClientId: only(template, 'AWS::Cognito::UserPoolClient').ref,
    confirmationCode,
    adminAccessKeyId: accessKeyId('admin'),
    adminSecretAccessKey: dataDir.id('admin secret', 40),
    strangerAccessKeyId: accessKeyId('stranger'),
    strangerSecretAccessKey: dataDir.id('stranger secret', 40),
    tableName: only(template, 'AWS::DynamoDB::GlobalTable').ref,
    dynamodbEndpoint: dynamodb.endpoint,
    sqsEndpoint: sqs,
    inboxUrl: inbox,
  };
}

/** @throws {StackError} where the template has none of the type, or several. */
function only<T extends Parameters<ResolvedTemplate['of']>[0]>(template: ResolvedTemplate, type: T): Resource<T> {
  const [first, second] = template.of(type);
  if (!first || second) throw new StackError(`The local stack runs a template with exactly one ${type}.`);
  return first;
}

function stopWith<T extends { stop(): Promise<void> }>(parts: AsyncDisposableStack, part: T): T {
  parts.defer(() => part.stop());
  return part;
}

/** Waits for all even if one fails, so that nothing starts after the rest was stopped. */
async function allSettled<T extends readonly unknown[]>(promises: [...T]): Promise<{ [K in keyof T]: Awaited<T[K]> }> {
  const results = await Promise.allSettled(promises);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  return results.map((result) => (result as PromiseFulfilledResult<unknown>).value) as {
    [K in keyof T]: Awaited<T[K]>;
  };
}
