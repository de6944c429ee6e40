import { Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import type { QueueSpec } from '../workers.ts';
import { deadLetterQueue, queueProtection, retentionPeriod } from './dead-letter-queue.ts';
import { NodeFunction } from './node-function.ts';

export interface QueueWorkerProps {
  /** What the worker does, after the name of the stage. */
  readonly description: string;
  readonly spec: QueueSpec;
  /** Folder with the bundled code. */
  readonly code: string;
  readonly settings: Settings;
}

/** How often a message is tried before it is set aside. Lambda advises five at least. */
const maxReceiveCount = 5;

/** A queue, the function that works on it in batches, and the queue of what it could not work on. */
export class QueueWorker extends Construct {
  public readonly queue: Queue;
  public readonly deadLetterQueue: Queue;
  public readonly function: LambdaFunction;

  /** @throws {RangeError} where Lambda would refuse the batches. */
  constructor(scope: Construct, id: string, props: QueueWorkerProps) {
    super(scope, id);
    const { spec, settings } = props;
    checkBatches(spec, this.node.path);
    const fifo = spec.groupBy ? ({ fifo: true } as const) : {};

    this.deadLetterQueue = deadLetterQueue(this, 'DeadLetters', fifo);
    this.queue = new Queue(this, 'Queue', {
      ...fifo,
      ...queueProtection,
      retentionPeriod,
      deliveryDelay: Duration.seconds(spec.delaySeconds?.(settings) ?? 0),
      // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
      visibilityTimeout: Duration.seconds(6 * spec.timeoutSeconds + spec.batchWindowSeconds),
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount },
    });

    this.function = new NodeFunction(this, 'Worker', { service: id, ...props }).function;
    // What a mapping needs; the library's own grant adds the rights of a poller that is not Lambda.
    this.function.addToRolePolicy(
      new PolicyStatement({
        actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
        resources: [this.queue.queueArn],
      }),
    );
    this.function.addEventSourceMapping('Messages', {
      eventSourceArn: this.queue.queueArn,
      batchSize: spec.batchSize,
      ...(spec.batchWindowSeconds > 0 && { maxBatchingWindow: Duration.seconds(spec.batchWindowSeconds) }),
      maxConcurrency: spec.maxConcurrency,
      reportBatchItemFailures: true,
    });
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
function checkBatches({ groupBy, batchSize, batchWindowSeconds }: QueueSpec, path: string): void {
  if (batchSize <= 10 && (!groupBy || batchWindowSeconds === 0)) return;
  if (groupBy) throw new RangeError(`${path}: a FIFO queue has batches of at most 10, and no batch window`);
  if (batchWindowSeconds < 1) throw new RangeError(`${path}: batches of more than 10 need a batch window`);
}
