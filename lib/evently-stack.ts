import { CfnOutput, DefaultStackSynthesizer, type IStackSynthesizer, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import packageJson from '../package.json' with { type: 'json' };
import { AdminPolicy } from './constructs/admin-policy.ts';
import { ChangeFeed } from './constructs/change-feed.ts';
import { DataTable } from './constructs/data-table.ts';
import { EmailSender } from './constructs/email-sender.ts';
import { HttpApi } from './constructs/http-api.ts';
import { Identity } from './constructs/identity.ts';
import { NodeFunction } from './constructs/node-function.ts';
import { QueueWorker } from './constructs/queue-worker.ts';
import type { FunctionName } from './entry-points.ts';
import { functionSpecs, type Group } from './functions.ts';
import type { Settings } from './settings.ts';
import { type Worker, workerSpecs, workers } from './workers.ts';

export interface EventlyStackProps {
  readonly settings: Settings;
  /** Folder with the code of each function. */
  readonly bundles: Readonly<Record<FunctionName, string>>;
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
    });

    const data = new DataTable(this, 'Data', settings);
    const identity = new Identity(this, 'Identity', settings);

    const functionOf = (group: Group, environment = {}) => {
      const spec = functionSpecs[group];
      const description = `the operations of the group ${group}`;
      const props = { description, spec, code: bundles[group], settings, environment };
      const { function: target } = new NodeFunction(this, group, props);
      data.grant(target, spec);
      identity.grant(target, spec);
      return target;
    };
    const functions = {
      catalog: functionOf('catalog'),
      account: functionOf('account'),
      booking: functionOf('booking', { HOLD_TTL_SECONDS: `${settings.holdTtlSeconds}` }),
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
      if (spec.sendsEmail) sender?.grant(target);
      return { name: worker, spec, queue };
    };
    const consumers = workers.map(consumerOf);
    new ChangeFeed(this, 'Changes', { streamArn: data.streamArn, consumers, settings });
    grantQueueHealth(
      functions.system,
      consumers.map(({ queue }) => queue),
    );

    const { api } = new HttpApi(this, 'Api', { functions, identity, settings });
    const { policy } = new AdminPolicy(this, 'EventlyAdmin', api);

    new CfnOutput(this, 'ApiUrl', { value: api.apiEndpoint });
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

/** Leaves the bootstrap version to the check that the CLI makes anyway, so the template needs no parameter. */
function plainSynthesizer(): IStackSynthesizer {
  // The library's own class and interface differ in `undefined`, which `exactOptionalPropertyTypes` minds.
  return new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }) as IStackSynthesizer;
}
