import { setImmediate as breathe } from 'node:timers/promises';
import { isChange, type Position, type StreamRecord, type TableStream } from './dynamodb-streams.ts';
import { type EventBus, eventOf, putEvent } from './event-bus.ts';
import { compilePattern } from './event-pattern.ts';
import type { PipePositions } from './pipe-positions.ts';
import { type FindQueue, isFifo, nameOf, type Queue } from './queues.ts';
import { bodyOf, type Sqs } from './sqs.ts';
import { StackError } from './stack-error.ts';
import { type Consumer, isAfter } from './stream-reader.ts';
import type { Resource } from './template.ts';

type PipeResource = Resource<'AWS::Pipes::Pipe'>;

/** A pipe that is understood: what it lets through, and where to. */
export interface Pipe {
  readonly resource: PipeResource;
  readonly matches: (record: object) => boolean;
  readonly target: { readonly queue: Queue } | { readonly bus: EventBus };
  readonly deadLetters: Queue | undefined;
}

/** Where the pipes of a template may send to. */
export interface Targets {
  readonly findQueue: FindQueue;
  readonly buses: readonly EventBus[];
}

/**
 * Reads a pipe from a table's stream to a queue or a bus.
 *
 * @throws {StackError} where its filter or its target cannot be understood.
 */
export function readPipe(resource: PipeResource, { findQueue, buses }: Targets): Pipe {
  const where = `${resource.logicalId} (AWS::Pipes::Pipe)`;
  const { SourceParameters: source, Target } = resource.properties;
  const bus = buses.find(({ resource: { attributes } }) => attributes.Arn === Target);
  const { DeadLetterConfig: deadLetters } = source.DynamoDBStreamParameters;
  const filters = source.FilterCriteria?.Filters.map(({ Pattern }) => compilePattern(Pattern, where)) ?? [];
  return {
    resource,
    matches: (record) => filters.length === 0 || filters.some((matches) => matches(record)),
    target: bus ? toBus(resource, bus, where) : toQueue(resource, findQueue(Target, where), where),
    deadLetters: deadLetters && findQueue(deadLetters.Arn, where),
  };
}

function toBus({ properties }: PipeResource, bus: EventBus, where: string): { bus: EventBus } {
  if (properties.TargetParameters?.SqsQueueParameters) {
    throw new StackError(`${where} has SqsQueueParameters, but its target ${bus.resource.logicalId} is a bus.`);
  }
  return { bus };
}

function toQueue({ properties }: PipeResource, queue: Queue, where: string): { queue: Queue } {
  const { SqsQueueParameters: parameters, EventBridgeEventBusParameters: forBus } = properties.TargetParameters ?? {};
  const { MessageGroupId: group, MessageDeduplicationId: id } = parameters ?? {};
  if (forBus) {
    throw new StackError(`${where} has EventBridgeEventBusParameters, but its target ${queue.logicalId} is a queue.`);
  }
  if (isFifo(queue) !== (group !== undefined)) {
    throw new StackError(`${where} needs a MessageGroupId where its target is a FIFO queue, and only there.`);
  }
  if (isFifo(queue) && !id && !queue.properties.ContentBasedDeduplication) {
    throw new StackError(`${where} needs a MessageDeduplicationId: ${queue.logicalId} does not make one.`);
  }
  return { queue };
}

export interface PipeParts {
  readonly sqs: Sqs;
  readonly positions: PipePositions;
  readonly stream: TableStream;
  readonly log: (line: string) => void;
}

/** Other work has its turn after each batch. */
const batchSize = 200;

/** Runs a pipe: its position goes on only when the queues have taken the messages, so that none can be lost. */
export function pipeConsumer(pipe: Pipe, { sqs, positions, stream, log }: PipeParts): Consumer {
  const { logicalId } = pipe.resource;
  let done = positions.load(logicalId, stream.streamArn);
  const send = (record: StreamRecord, shardId: string) => {
    try {
      deliver(pipe, record, { sqs, log });
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      log(`${logicalId} (AWS::Pipes::Pipe) cannot send the record ${record.dynamodb.SequenceNumber}: ${cause}`);
      if (pipe.deadLetters) {
        sqs.sendMessage(nameOf(pipe.deadLetters), JSON.stringify(deadLetter(pipe, record, shardId)));
      }
    }
  };
  return {
    position: () => done,
    take: async (records, shardId) => {
      const fresh = records.filter((record) => !done || isAfter(positionOf(record, shardId), done));
      for (let start = 0; start < fresh.length; start += batchSize) {
        const batch = fresh.slice(start, start + batchSize);
        const wanted = batch.filter((record) => pipe.matches(record) && isChange(record));
        if (wanted.length > 0) {
          sqs.atOnce(() => {
            for (const record of wanted) send(record, shardId);
          });
        }
        const last = batch.at(-1);
        if (last) {
          done = positionOf(last, shardId);
          positions.save(logicalId, stream.streamArn, done);
        }
        await breathe();
      }
    },
  };
}

function positionOf({ dynamodb }: StreamRecord, shardId: string): Position {
  return { shardId, sequenceNumber: dynamodb.SequenceNumber };
}

function deliver({ resource, target }: Pipe, record: StreamRecord, parts: Pick<PipeParts, 'sqs' | 'log'>): void {
  const { SqsQueueParameters, EventBridgeEventBusParameters } = resource.properties.TargetParameters ?? {};
  if ('queue' in target) {
    parts.sqs.sendMessage(nameOf(target.queue), bodyOf(record), fifoOptions(SqsQueueParameters, record));
    return;
  }
  const { Source: source = `Pipe ${resource.ref}`, DetailType: detailType = 'Event from aws:dynamodb' } =
    EventBridgeEventBusParameters ?? {};
  putEvent(target.bus, eventOf(target.bus, record, { source, detailType }), parts);
}

type SqsParameters = NonNullable<PipeResource['properties']['TargetParameters']>['SqsQueueParameters'];

function fifoOptions({ MessageGroupId, MessageDeduplicationId }: SqsParameters = {}, record: StreamRecord) {
  return {
    ...(MessageGroupId && { messageGroupId: valueAt(MessageGroupId, record) }),
    ...(MessageDeduplicationId && { messageDeduplicationId: valueAt(MessageDeduplicationId, record) }),
  };
}

/** @throws {Error} where the record has no text at the path. */
function valueAt(pathOrText: string, record: object): string {
  if (!pathOrText.startsWith('$')) return pathOrText;
  let value: unknown = record;
  for (const name of pathOrText.split('.').slice(1)) {
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  }
  if (typeof value !== 'string' || value === '') throw new Error(`it has no text at ${pathOrText}`);
  return value;
}

/** Names the record and does not hold it, as on AWS. */
function deadLetter({ resource }: Pipe, { dynamodb }: StreamRecord, shardId: string) {
  return {
    context: { partnerResourceArn: resource.attributes.Arn, condition: 'RetryAttemptsExhausted' },
    version: '1.0',
    timestamp: new Date().toISOString(),
    DDBStreamBatchInfo: {
      shardId,
      startSequenceNumber: dynamodb.SequenceNumber,
      endSequenceNumber: dynamodb.SequenceNumber,
      batchSize: 1,
      streamArn: resource.properties.Source,
    },
  };
}
