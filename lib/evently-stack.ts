import { CfnOutput, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import packageJson from '../package.json' with { type: 'json' };
import { AdminPolicy } from './constructs/admin-policy.ts';
import { CanaryDeployment } from './constructs/canary-deployment.ts';
import { ChangeFeed } from './constructs/change-feed.ts';
import { ClientParameters } from './constructs/client-parameters.ts';
import { DataTable } from './constructs/data-table.ts';
import { grantDeadLetters } from './constructs/dead-letters.ts';
import { Edge } from './constructs/edge.ts';
import { EdgeKeys } from './constructs/edge-keys.ts';
import { EmailSender } from './constructs/email-sender.ts';
import { HttpApi } from './constructs/http-api.ts';
import { Identity } from './constructs/identity.ts';
import { NodeFunction } from './constructs/node-function.ts';
import { Observability } from './constructs/observability.ts';
import { QueueWorker } from './constructs/queue-worker.ts';
import type { FunctionName } from './entry-points.ts';
import { functionSpecs, type Group } from './functions.ts';
import { plainSynthesizer } from './plain-synthesizer.ts';
import { rateEnvironment } from './rate-limits.ts';
import type { Settings } from './settings.ts';
import { replaySpec, replayWorker, type Worker, workerSpecs, workers } from './workers.ts';

export interface EventlyStackProps {
  readonly settings: Settings;
  /** Folder with the code of each function. */
  readonly bundles: Readonly<Record<FunctionName, string>>;
  /**
   * Of the firewall that stands before the edge.
   * @default none; the setting `edge` needs it
   */
  readonly webAclArn?: string;
}

/**
 * The service: a table, people, one function for each privilege group, the HTTP API in front of them, and the workers
 * that do what follows from a change of the table.
 */
export class EventlyStack extends Stack {
  constructor(scope: Construct, id: string, props: EventlyStackProps) {
    const { settings, bundles } = props;
    super(scope, id, {
      description: `Evently (${settings.stage}): sells event tickets without overselling`,
      terminationProtection: !settings.ephemeral,
      synthesizer: plainSynthesizer(),
      ...(settings.edge && settings.region && { env: { region: settings.region } }),
    });

    const data = new DataTable(this, 'Data', settings);
    const identity = new Identity(this, 'Identity', settings);

    const edgeKeys = settings.edge ? new EdgeKeys(this, 'EdgeKeys', settings) : undefined;
    const functionOf = (group: Group, environment = {}) => {
      const spec = functionSpecs[group];
      const description = `the operations of the group ${group}`;
      const props = { description, spec, code: bundles[group], settings, environment };
      const { function: target } = new NodeFunction(this, group, props);
      data.grant(target, spec);
      identity.grant(target, spec);
      // Administrators sign for the API's own address, and IAM lets nobody else through to theirs.
      if (group !== 'admin') edgeKeys?.demandedBy(target);
      return target;
    };
    const functions = {
      catalog: functionOf('catalog'),
      account: functionOf('account', {
        ...rateEnvironment(settings.rateLimits),
        // The edge sets it on every request; without the edge anybody could.
        ...(settings.edge && { VIEWER_ADDRESS_HEADER: 'x-viewer-address' }),
      }),
      booking: functionOf('booking', {
        HOLD_TTL_SECONDS: `${settings.holdTtlSeconds}`,
        ...rateEnvironment(settings.rateLimits),
      }),
      organizer: functionOf('organizer'),
      admin: functionOf('admin'),
      system: functionOf('system', { SERVICE_VERSION: packageJson.version }),
    };

    const sender = settings.mailFrom ? new EmailSender(this, 'Email', settings.mailFrom) : undefined;
    const consumerOf = (worker: Worker) => {
      const spec = workerSpecs[worker];
      const props = { description: `the worker ${worker}`, spec, code: bundles[worker], settings };
      const { queue, function: target } = new QueueWorker(this, worker, props);
      data.grant(target, spec);
      identity.grant(target, { userPool: spec.userPool ?? [], knowsClient: false });
      if (spec.sendsEmail) sender?.grant(target);
      return { name: worker, spec, queue };
    };
    const consumers = workers.map(consumerOf);
    const feed = new ChangeFeed(this, 'Changes', { streamArn: data.streamArn, consumers, settings });
    const replay = new QueueWorker(this, replayWorker, {
      description: `the worker ${replayWorker}`,
      spec: replaySpec,
      code: bundles[replayWorker],
      settings,
    });
    data.grant(replay.function, replaySpec);
    feed.grantReplay(replay.function);
    grantQueueHealth(
      functions.system,
      consumers.map(({ queue }) => queue),
    );
    grantDeadLetters(functions.admin, this, replay.queue);

    const deployment = new CanaryDeployment(this, 'Deployment', { function: functions.booking, settings });
    const behindApi = { ...functions, booking: deployment.alias };
    const { api } = new HttpApi(this, 'Api', { functions: behindApi, identity, settings });
    const { policy } = new AdminPolicy(this, 'EventlyAdmin', api);
    const observability = new Observability(this, 'Observability', { api, table: data.table, settings });
    deployment.rollBackOn(
      observability.alarmsOf('Booking failures', 'Function errors: booking', 'API errors', 'API latency'),
    );

    const edge = edgeKeys && new Edge(this, 'Edge', { api, keys: edgeKeys, webAclArn: props.webAclArn, settings });
    // Only once every function knows the key that the edge sends; a canary takes its time.
    edge?.node.addDependency(...Object.values(functions), deployment);

    const apiUrl = edge?.url ?? api.apiEndpoint;
    new ClientParameters(this, 'Parameters', {
      stage: settings.stage,
      values: {
        'api-url': apiUrl,
        'admin-url': api.apiEndpoint,
        'user-pool-id': identity.userPool.userPoolId,
        'user-pool-client-id': identity.client.userPoolClientId,
        region: this.region,
      },
    });
    new CfnOutput(this, 'ApiUrl', { value: apiUrl });
    new CfnOutput(this, 'AdminUrl', { value: api.apiEndpoint });
    new CfnOutput(this, 'UserPoolId', { value: identity.userPool.userPoolId });
    new CfnOutput(this, 'UserPoolClientId', { value: identity.client.userPoolClientId });
    new CfnOutput(this, 'AdminPolicyArn', { value: policy.managedPolicyArn });
    new CfnOutput(this, 'TableName', { value: data.table.tableName });
  }
}

/** Lets the function see whether the queues answer. */
function grantQueueHealth(target: LambdaFunction, queues: readonly Queue[]): void {
  const resources = queues.map((queue) => queue.queueArn);
  target.addToRolePolicy(new PolicyStatement({ actions: ['sqs:GetQueueAttributes'], resources }));
  target.addEnvironment('QUEUE_URLS', queues.map((queue) => queue.queueUrl).join(','));
}
