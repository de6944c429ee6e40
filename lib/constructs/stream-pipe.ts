import { Aws, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnPipe } from 'aws-cdk-lib/aws-pipes';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import { anyOf, type ChangePattern } from '../workers.ts';
import { deadLetterQueue } from './dead-letter-queue.ts';

/** Where a pipe sends to, and the action that it needs for that. */
export interface PipeTarget {
  readonly arn: string;
  readonly action: 'events:PutEvents' | 'sqs:SendMessage';
  readonly parameters: CfnPipe.PipeTargetParametersProperty;
}

export interface StreamPipeProps {
  /** The stream of the table. */
  readonly streamArn: string;
  /** What is sent: records that one of the patterns matches. */
  readonly changes: readonly ChangePattern[];
  readonly target: PipeTarget;
  readonly settings: Pick<Settings, 'logRetentionDays'>;
}

/** As many as a queue or a bus takes at once; a pipe refuses more. */
const batchSize = 10;
/** Batches at a time from one shard of the stream; the records of one partition key stay in order. */
const parallelizationFactor = 10;
/**
 * Long enough for an outage of an hour, since waits between attempts grow, and short enough to leave time for
 * repairs before the stream forgets the record after a day.
 */
const maximumRetryAttempts = 100;

/**
 * Sends changes of the table to a queue or a bus: every one is a stream record, as it is. What cannot be sent is named
 * in the queue `deadLetterQueue`, by stream, shard and sequence number.
 */
export class StreamPipe extends Construct {
  public readonly pipe: CfnPipe;
  public readonly deadLetterQueue: Queue;

  constructor(scope: Construct, id: string, props: StreamPipeProps) {
    super(scope, id);
    const { streamArn, changes, target } = props;

    this.deadLetterQueue = deadLetterQueue(this, 'DeadLetters', { of: 'a pipe' });
    const logGroup = new LogGroup(this, 'Logs', {
      retention: props.settings.logRetentionDays as RetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = this.addRole(streamArn, target);
    logGroup.grantWrite(role);

    this.pipe = new CfnPipe(this, 'Pipe', {
      roleArn: role.roleArn,
      source: streamArn,
      sourceParameters: {
        filterCriteria: { filters: [{ pattern: JSON.stringify(anyOf(changes)) }] },
        dynamoDbStreamParameters: {
          startingPosition: 'TRIM_HORIZON',
          batchSize,
          maximumBatchingWindowInSeconds: 0,
          parallelizationFactor,
          maximumRetryAttempts,
          onPartialBatchItemFailure: 'AUTOMATIC_BISECT',
          deadLetterConfig: { arn: this.deadLetterQueue.queueArn },
        },
      },
      target: target.arn,
      targetParameters: target.parameters,
      logConfiguration: { level: 'ERROR', cloudwatchLogsLogDestination: { logGroupArn: logGroup.logGroupArn } },
    });
    // The pipe is refused as long as its role may not read the stream.
    this.pipe.node.addDependency(role);
  }

  private addRole(streamArn: string, target: PipeTarget): Role {
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('pipes.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    });
    // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-permissions.html
    const readStream = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'];
    role.addToPolicy(
      new PolicyStatement({ actions: readStream.map((action) => `dynamodb:${action}`), resources: [streamArn] }),
    );
    role.addToPolicy(new PolicyStatement({ actions: [target.action], resources: [target.arn] }));
    role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.deadLetterQueue.queueArn] }));
    return role;
  }
}
