import { Duration, Stack } from 'aws-cdk-lib';
import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import { anyOf, type WorkerSpec } from '../workers.ts';
import { deadLetterQueue } from './dead-letter-queue.ts';
import { QueueTarget } from './queue-target.ts';
import { StreamPipe } from './stream-pipe.ts';

/** Somebody who is given changes of the table. */
export interface Consumer {
  readonly name: string;
  /** What is sent, and how it is grouped. */
  readonly spec: Pick<WorkerSpec, 'changes' | 'groupBy'>;
  readonly queue: Queue;
}

export interface ChangeFeedProps {
  /** The stream of the table. */
  readonly streamArn: string;
  readonly consumers: readonly Consumer[];
  readonly settings: Pick<Settings, 'logRetentionDays'>;
}

/** What a pipe does with a record; functions/shared/replay-routes.ts reads it. */
type Route = Readonly<Record<string, string>>;

/** What the events of the bus are, whatever the pipe is called. */
const source = 'evently.table';
const detailType = 'Change';
/** The most that EventBridge offers. */
const retries = { maxEventAge: Duration.hours(24), retryAttempts: 185 };

/**
 * Sends changes of the table to queues: every message is one stream record, as it is.
 *
 * More than two readers of a stream are throttled, so two pipes are all there are: one sends what anybody but the
 * FIFO queue wants to a bus, whose rules sort it into the queues; the other serves the FIFO queue, whose message group is
 * a path in the record, which a rule cannot give.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
 */
export class ChangeFeed extends Construct {
  public readonly bus: EventBus;
  /** Changes that were on the bus, and that a queue did not take for a day. */
  public readonly undelivered: Queue;
  private readonly streamArn: string;
  private readonly fifo: Queue | undefined;
  /** How the changes of each pipe are sent, for whoever does so in its place. */
  private readonly routes: readonly Route[];

  /** @throws {RangeError} where `groupBy` does not go with the kind of queue, or too many would read the stream. */
  constructor(scope: Construct, id: string, props: ChangeFeedProps) {
    super(scope, id);
    const { streamArn, consumers, settings } = props;
    this.streamArn = streamArn;
    for (const consumer of consumers) this.checkGroups(consumer);
    const [grouped, second] = consumers.filter(({ spec }) => spec.groupBy);
    if (second) throw new RangeError(`${this.node.path}: a second FIFO queue would be a third reader of the stream`);

    this.bus = new EventBus(this, 'Bus', { description: 'Changes of the table' });
    this.undelivered = deadLetterQueue(this, 'Undelivered', { of: 'the rules' });
    const ungrouped = consumers.filter((consumer) => consumer !== grouped);
    const toBus = new StreamPipe(this, 'ToBus', {
      streamArn,
      // What no rule wants is not sent: every event has its price.
      changes: ungrouped.flatMap(({ spec }) => spec.changes),
      target: {
        arn: this.bus.eventBusArn,
        action: 'events:PutEvents',
        parameters: { eventBridgeEventBusParameters: { source, detailType } },
      },
      settings,
    });
    // An event that comes before the rule for it would be nobody's.
    for (const consumer of ungrouped) toBus.pipe.node.addDependency(this.addRule(consumer), consumer.queue);
    toBus.pipe.node.addDependency(this.undelivered);

    this.routes = [
      { pipe: toBus.pipe.attrArn, bus: this.bus.eventBusName, source, detailType },
      ...(grouped ? [this.addGroupedPipe(grouped, props)] : []),
    ];
    this.fifo = grouped?.queue;
  }

  /**
   * Lets the function read again what a pipe could not send, and send it in the pipe's place; tells it which pipe sends
   * what where.
   */
  grantReplay(target: LambdaFunction): void {
    const grant = (actions: string[], arn: string) =>
      target.addToRolePolicy(new PolicyStatement({ actions, resources: [arn] }));
    grant(['dynamodb:GetRecords', 'dynamodb:GetShardIterator'], this.streamArn);
    grant(['events:PutEvents'], this.bus.eventBusArn);
    if (this.fifo) grant(['sqs:SendMessage'], this.fifo.queueArn);
    target.addEnvironment('REPLAY_ROUTES', Stack.of(this).toJsonString(this.routes));
  }

  private addRule({ name, spec, queue }: Consumer): Rule {
    return new Rule(this, name, {
      description: `Changes for ${name}`,
      eventBus: this.bus,
      // One pattern for all, so that a record is sent once even if several of them match.
      eventPattern: { source: [source], detail: anyOf(spec.changes) },
      targets: [new QueueTarget(queue, { path: '$.detail', deadLetterQueue: this.undelivered, ...retries })],
    });
  }

  private addGroupedPipe({ name, spec, queue }: Consumer, { streamArn, settings }: ChangeFeedProps): Route {
    const { pipe } = new StreamPipe(this, `To-${name}`, {
      streamArn,
      changes: spec.changes,
      target: {
        arn: queue.queueArn,
        action: 'sqs:SendMessage',
        parameters: {
          sqsQueueParameters: {
            ...(spec.groupBy && { messageGroupId: spec.groupBy }),
            // The id of a record stays the same however often it is read, so a FIFO queue takes it once.
            messageDeduplicationId: '$.eventID',
          },
        },
      },
      settings,
    });
    return { pipe: pipe.attrArn, queueUrl: queue.queueUrl, ...(spec.groupBy && { groupBy: spec.groupBy }) };
  }

  private checkGroups({ name, spec, queue }: Consumer): void {
    if (queue.fifo === (spec.groupBy !== undefined)) return;
    throw new RangeError(
      `${this.node.path}: the FIFO queue of a worker needs groupBy, any other must not have it: ${name}`,
    );
  }
}
