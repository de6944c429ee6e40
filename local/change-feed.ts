import { join } from 'node:path';
import { busOperations } from './bus-api.ts';
import { openStream, type TableStream } from './dynamodb-streams.ts';
import { fileStream } from './dynoxide-stream.ts';
import { readBuses } from './event-bus.ts';
import type { JsonService } from './json-service.ts';
import type { LambdaFunction } from './lambda.ts';
import type { Pace } from './load.ts';
import { openPipePositions } from './pipe-positions.ts';
import { type Pipe, pipeConsumer, readPipe } from './pipes.ts';
import { type PollerOptions, startQueuePoller } from './queue-poller.ts';
import { createQueues, type FindQueue, isFifo } from './queues.ts';
import type { Sqs } from './sqs.ts';
import { StackError } from './stack-error.ts';
import { startStreamReader } from './stream-reader.ts';
import { streamOperations } from './streams-api.ts';
import type { ResolvedTemplate, Resource } from './template.ts';

export interface ChangeFeedOptions {
  readonly template: ResolvedTemplate;
  readonly sqs: Sqs;
  /** Where functions find the streams and buses. */
  readonly api: JsonService;
  /** `file` is there for the embedded database only. */
  readonly dynamodb: { readonly endpoint: string; readonly file?: string };
  /** The functions by their ARN. */
  readonly functions: ReadonlyMap<string, LambdaFunction>;
  /** The data directory. */
  readonly directory: string;
  readonly region: string;
  readonly pace: Pace;
  readonly log: (line: string) => void;
}

/** What follows from a commit: runs the queues, pipes, buses and event source mappings of a template. */
export interface ChangeFeed {
  /** Waits so long for the batches that are worked on, and returns to their queues what is not done then. */
  stop(graceMs: number): Promise<void>;
}

/** @throws {StackError} where a pipe, a rule or a mapping cannot be understood, or would be refused on AWS. */
export async function startChangeFeed(options: ChangeFeedOptions): Promise<ChangeFeed> {
  const { template, sqs, api, region, pace, log } = options;
  const findQueue = await createQueues(template, sqs);
  const targets = { findQueue, buses: readBuses(template, findQueue) };
  const pipes = template.of('AWS::Pipes::Pipe').map((resource) => readPipe(resource, targets));
  const mappings = template
    .of('AWS::Lambda::EventSourceMapping')
    .map((mapping) => ({ mapping, ...endsOf(mapping, findQueue, options) }));

  await using parts = new AsyncDisposableStack();
  let grace = 0;
  const pollers = mappings.map((mapping) => {
    mapping.target.warm();
    return startQueuePoller({ ...mapping, sqs, region, pace, log });
  });
  parts.defer(async () => {
    await Promise.all(pollers.map((poller) => poller.stop(grace)));
  });
  const streams = new Map<string, TableStream>();
  for (const [table, tablePipes] of byTable(pipes, template)) {
    streams.set(table.attributes.StreamArn ?? '', await startReader(table, tablePipes, options, parts));
  }
  api.serve({ ...streamOperations(streams), ...busOperations(targets.buses, { sqs, log }) });
  const running = parts.move();
  return {
    stop: async (graceMs) => {
      grace = graceMs;
      await running.disposeAsync();
    },
  };
}

type Table = Resource<'AWS::DynamoDB::GlobalTable'>;

function byTable(pipes: readonly Pipe[], template: ResolvedTemplate): Map<Table, Pipe[]> {
  return Map.groupBy(pipes, ({ resource }) => {
    const { Source: source } = resource.properties;
    const table = template.of('AWS::DynamoDB::GlobalTable').find(({ attributes }) => attributes.StreamArn === source);
    if (!table?.properties.StreamSpecification) {
      throw new StackError(
        `${resource.logicalId} (AWS::Pipes::Pipe) reads ${source}, which is no stream of a table of the template.`,
      );
    }
    return table;
  });
}

async function startReader(
  table: Table,
  pipes: readonly Pipe[],
  { sqs, dynamodb, directory, region, pace, log }: ChangeFeedOptions,
  parts: AsyncDisposableStack,
): Promise<TableStream> {
  const streamArn = table.attributes.StreamArn ?? '';
  const tableName = table.ref;
  const viewType = table.properties.StreamSpecification?.StreamViewType ?? '';
  const apiStream = await openStream({ endpoint: dynamodb.endpoint, region, tableName, streamArn });
  const stream = dynamodb.file ? fileStream(apiStream, { file: dynamodb.file, tableName, viewType }) : apiStream;
  const positions = openPipePositions(join(directory, 'pipes.sqlite'));
  parts.defer(() => positions.close());
  const consumers = pipes.map((pipe) => pipeConsumer(pipe, { sqs, positions, stream, log }));
  const reader = startStreamReader({ stream, consumers, pace, log });
  parts.defer(() => reader.stop());
  return stream;
}

type Ends = Pick<PollerOptions, 'queue' | 'target'>;

function endsOf(
  { logicalId, properties }: Resource<'AWS::Lambda::EventSourceMapping'>,
  findQueue: FindQueue,
  { template, functions }: ChangeFeedOptions,
): Ends {
  const where = `${logicalId} (AWS::Lambda::EventSourceMapping)`;
  const queue = findQueue(properties.EventSourceArn, where);
  const called = template
    .of('AWS::Lambda::Function')
    .find(({ ref, attributes }) => [ref, attributes.Arn].includes(properties.FunctionName));
  const target = functions.get(called?.attributes.Arn ?? '');
  if (!called || !target) {
    throw new StackError(`${where} names ${properties.FunctionName}, which is no function of the template.`);
  }
  if (isFifo(queue) && (properties.BatchSize > 10 || properties.MaximumBatchingWindowInSeconds > 0)) {
    throw new StackError(`${where} reads a FIFO queue, so it takes ten messages at most and has no batching window.`);
  }
  if (queue.properties.VisibilityTimeout < called.properties.Timeout) {
    throw new StackError(
      `${where}: messages of ${queue.logicalId} come again after ${queue.properties.VisibilityTimeout} s, but ${called.logicalId} may take ${called.properties.Timeout} s.`,
    );
  }
  return { queue, target };
}
