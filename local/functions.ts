import { join } from 'node:path';
import { createFunction, type LambdaFunction } from './lambda.ts';
import type { Credentials } from './sigv4.ts';
import { StackError } from './stack-error.ts';
import type { Assembly } from './synthesize.ts';
import type { ResolvedTemplate, Resource } from './template.ts';

/** Where the parts of the stack answer; the SDK reads the standard variables AWS_ENDPOINT_URL_*. */
export interface Endpoints {
  readonly dynamodb: string;
  readonly streams: string;
  readonly events: string;
  readonly sqs: string;
  readonly cognito: string;
  readonly ses: string;
}

export interface FunctionsOptions {
  readonly assembly: Assembly;
  readonly endpoints: Endpoints;
  readonly region: string;
  readonly id: (purpose: string, length: number, alphabet?: string) => string;
  readonly logFile: string;
  /** Instances of each function. */
  readonly maxInstances: number;
  readonly onLog: (line: string) => void;
}

/** Requests of an HTTP API end after 30 s; one that has waited for so long has nobody left to answer. */
const maxWaitMs = 29_000;

/**
 * Makes the functions of a template, none of them running yet.
 *
 * @returns the functions by their ARN.
 * @throws {StackError} where a function's code is not in the assembly.
 */
export function createFunctions(template: ResolvedTemplate, options: FunctionsOptions): Map<string, LambdaFunction> {
  return new Map(
    template.of('AWS::Lambda::Function').map((resource) => [arnOf(resource), functionOf(resource, options)] as const),
  );
}

type FunctionResource = Resource<'AWS::Lambda::Function'>;

function functionOf(resource: FunctionResource, options: FunctionsOptions): LambdaFunction {
  const { properties, ref: functionName, logicalId } = resource;
  const codeDirectory = options.assembly.assets.get(properties.Code.S3Key);
  if (!codeDirectory) {
    throw new StackError(`The code of ${logicalId} (AWS::Lambda::Function) is not in the assembly.`);
  }
  return createFunction({
    data: {
      functionName,
      functionArn: arnOf(resource),
      memoryMb: properties.MemorySize,
      codeDirectory,
      handler: properties.Handler,
      logFile: options.logFile,
    },
    environment: environmentOf(resource, codeDirectory, options),
    timeoutMs: properties.Timeout * 1_000,
    maxInstances: Math.min(options.maxInstances, properties.ReservedConcurrentExecutions ?? Number.POSITIVE_INFINITY),
    maxWaitMs,
    onLog: options.onLog,
  });
}

function arnOf({ attributes, logicalId }: FunctionResource): string {
  if (!attributes.Arn) throw new Error(`${logicalId} has no ARN`);
  return attributes.Arn;
}

/** The access key of a function: one of its role, which nobody else has. */
export function credentialsOf(functionName: string, id: FunctionsOptions['id']): Credentials {
  return {
    accessKeyId: `ASIA${id(`${functionName} key`, 16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`,
    secretAccessKey: id(`${functionName} secret`, 40),
  };
}

/**
 * The function's own variables and those that Lambda sets, and no others: nothing of the terminal's environment gets
 * through.
 */
function environmentOf(
  { properties, ref: functionName }: FunctionResource,
  codeDirectory: string,
  { endpoints, region, id }: FunctionsOptions,
): Record<string, string> {
  const { accessKeyId, secretAccessKey } = credentialsOf(functionName, id);
  return {
    ...properties.Environment?.Variables,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(properties.MemorySize),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${functionName}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_EXECUTION_ENV: `AWS_Lambda_${properties.Runtime}`,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    LAMBDA_TASK_ROOT: codeDirectory,
    LAMBDA_RUNTIME_DIR: join(codeDirectory, 'runtime'),
    _HANDLER: properties.Handler,
    TZ: ':UTC',
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_DYNAMODB_STREAMS: endpoints.streams,
    AWS_ENDPOINT_URL_EVENTBRIDGE: endpoints.events,
    AWS_ENDPOINT_URL_SQS: endpoints.sqs,
    AWS_ENDPOINT_URL_SESV2: endpoints.ses,
    AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: endpoints.cognito,
  };
}
