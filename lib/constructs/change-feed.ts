import { Aws, Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnPipe } from 'aws-cdk-lib/aws-pipes';
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import type { WorkerSpec } from '../workers.ts';

export interface ChangeFeedProps {
  /** The stream of the table. */
  readonly streamArn: string;
  /** What is sent, and how it is grouped. */
  readonly spec: Pick<WorkerSpec, 'changes' | 'groupBy'>;
  readonly target: IQueue;
  readonly settings: Pick<Settings, 'logRetentionDays'>;
}

/** As many as a queue takes at once; a pipe refuses more. */
const batchSize = 10;
/** Batches at a time from one shard of the stream; the records of one partition key stay in order. */
const parallelizationFactor = 10;
/**
 * Long enough for an outage of an hour, since waits between attempts grow, and short enough to leave time for
 * repairs before the stream forgets the record after a day.
 */
const maximumRetryAttempts = 100;

/**
 * Sends changes of the table to a queue: every message is one stream record, as it is. What cannot be sent is named
 * in the queue `deadLetterQueue`, by stream, shard and sequence number.
 */
export class ChangeFeed extends Construct {
  public readonly pipe: CfnPipe;
  public readonly deadLetterQueue: Queue;

  /** @throws {RangeError} where `groupBy` does not go with the kind of queue. */
  constructor(scope: Construct, id: string, props: ChangeFeedProps) {
    super(scope, id);
    const { streamArn, target } = props;
    const { changes, groupBy } = props.spec;
    if (target.fifo !== (groupBy !== undefined)) {
      throw new RangeError(`${this.node.path}: a FIFO queue needs groupBy, any other queue must not have it`);
    }

    this.deadLetterQueue = new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    Validations.of(this.deadLetterQueue).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'It is itself the dead-letter queue of a pipe.',
    });
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
        filterCriteria: { filters: changes.map((pattern) => ({ pattern: JSON.stringify(pattern) })) },
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
      target: target.queueArn,
      // The id of a record stays the same however often it is read, so a FIFO queue takes it once.
      ...(groupBy && {
        targetParameters: { sqsQueueParameters: { messageGroupId: groupBy, messageDeduplicationId: '$.eventID' } },
      }),
      logConfiguration: { level: 'ERROR', cloudwatchLogsLogDestination: { logGroupArn: logGroup.logGroupArn } },
    });
    // The pipe is refused as long as its role may not read the stream.
    this.pipe.node.addDependency(role);
  }

  private addRole(streamArn: string, target: IQueue): Role {
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
    role.addToPolicy(
      new PolicyStatement({
        actions: ['sqs:SendMessage'],
        resources: [target.queueArn, this.deadLetterQueue.queueArn],
      }),
    );
    return role;
  }
}
