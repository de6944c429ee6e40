import type { FunctionSpec } from './functions.ts';
import type { Settings } from './settings.ts';

export type Worker =
  | 'expire-hold'
  | 'promote-waitlist'
  | 'aggregate-analytics'
  | 'cancel-event'
  | 'delete-user'
  | 'notify'
  | 'send-email'
  | 'audit';

/** One worker: which changes of the table it is given, how they reach it, its size and everything that it may do. */
export interface WorkerSpec extends Pick<FunctionSpec, 'memoryMb' | 'table' | 'index'> {
  /** For a whole batch. Six times as long, a message that was not done stays hidden. */
  readonly timeoutSeconds: number;
  /**
   * Records of the table's stream, of which one pattern has to match: equality, `exists`, `prefix`, `anything-but`
   * and `numeric` are what the local stack knows.
   * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
   */
  readonly changes: readonly ChangePattern[];
  /**
   * Makes the queue a FIFO queue: path in a record to what messages are grouped by. One group is worked on in order
   * and never twice at a time.
   * @default a standard queue
   */
  readonly groupBy?: string;
  /** @default no delay */
  readonly delaySeconds?: (settings: Settings) => number;
  readonly batchSize: number;
  /** How long a batch waits to become full. */
  readonly batchWindowSeconds: number;
  /** Batches at a time, 2 to 1,000, so that a worker leaves the account's concurrency to requests. */
  readonly maxConcurrency: number;
  /**
   * Cognito actions on the user pool.
   * @default none
   */
  readonly userPool?: FunctionSpec['userPool'];
  /** May add entries to the audit trail, which nobody else may. */
  readonly appendsToTrail?: true;
  /** May send emails from the stage's address, and is told it. */
  readonly sendsEmail?: true;
}

/** One worker with a queue, however messages get there. */
export type QueueSpec = Omit<WorkerSpec, 'changes'>;

export type ChangePattern = Readonly<Record<string, unknown>>;

/** The pattern that matches what one of several matches. `$or` needs two at least, so it is left out for one. */
export function anyOf(patterns: readonly ChangePattern[]): ChangePattern {
  const [first, second] = patterns;
  if (!first) throw new RangeError('there is no pattern');
  return second ? { $or: patterns } : first;
}

/** The rights of each worker, and its part of the changes. */
export const workerSpecs: Readonly<Record<Worker, WorkerSpec>> = {
  'expire-hold': {
    memoryMb: 512,
    timeoutSeconds: 10,
    table: ['GetItem', 'PutItem', 'UpdateItem'],
    index: [],
    changes: [
      {
        eventName: ['INSERT'],
        dynamodb: { NewImage: { sk: { S: [{ prefix: 'BOOKING#' }] }, status: { S: ['HELD'] } } },
      },
    ],
    // A message arrives when its hold has expired, so nothing has to look for expired holds.
    delaySeconds: (settings) => settings.holdTtlSeconds,
    batchSize: 10,
    batchWindowSeconds: 1,
    maxConcurrency: 10,
  },
  'promote-waitlist': {
    memoryMb: 512,
    // What it cannot do in this time it asks itself for again.
    timeoutSeconds: 10,
    table: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'],
    index: [],
    changes: [
      {
        eventName: ['MODIFY'],
        dynamodb: {
          NewImage: {
            sk: { S: ['INVENTORY'] },
            waiting: { BOOL: [true] },
            available: { N: [{ 'anything-but': ['0'] }] },
          },
        },
      },
      // The last one has left.
      { eventName: ['MODIFY'], dynamodb: { NewImage: { sk: { S: ['WAITLIST'] }, waiting: { N: ['0'] } } } },
      // Something is left to do in a line.
      { eventName: ['MODIFY'], dynamodb: { NewImage: { sk: { S: ['WAITLIST'] }, again: { S: [{ exists: true }] } } } },
    ],
    groupBy: '$.dynamodb.NewImage.tierKey.S',
    batchSize: 10,
    batchWindowSeconds: 0,
    maxConcurrency: 20,
  },
  'aggregate-analytics': {
    memoryMb: 512,
    timeoutSeconds: 30,
    table: ['BatchGetItem', 'PutItem', 'UpdateItem'],
    index: [],
    changes: [{ dynamodb: { Keys: { sk: { S: ['INVENTORY'] } } } }],
    // However many changes a batch has, each item of statistics is written once.
    batchSize: 1_000,
    batchWindowSeconds: 1,
    // All of them write the totals of the platform: more would wait for each other.
    maxConcurrency: 2,
  },
  'cancel-event': {
    memoryMb: 1024,
    // What it cannot do in this time it hands over to its next run.
    timeoutSeconds: 60,
    // The last three for closing the waitlists.
    table: ['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'Query', 'DeleteItem', 'ConditionCheckItem'],
    index: ['Query'],
    changes: [
      { eventName: ['MODIFY'], dynamodb: { NewImage: { sk: { S: ['EVENT'] }, status: { S: ['CANCELLED'] } } } },
      { eventName: ['INSERT', 'MODIFY'], dynamodb: { Keys: { sk: { S: ['CANCELLATION'] } } } },
    ],
    batchSize: 1,
    batchWindowSeconds: 0,
    maxConcurrency: 10,
  },
  'delete-user': {
    memoryMb: 512,
    // What it cannot do in this time it hands over to its next run.
    timeoutSeconds: 60,
    // The same as a buyer and an organizer need to undo what they did.
    table: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'],
    index: [],
    userPool: ['AdminDeleteUser'],
    changes: [
      { eventName: ['INSERT'], dynamodb: { Keys: { sk: { S: ['DELETION'] } } } },
      { eventName: ['INSERT', 'MODIFY'], dynamodb: { Keys: { sk: { S: ['DELETION#RUN'] } } } },
    ],
    batchSize: 1,
    batchWindowSeconds: 0,
    maxConcurrency: 5,
  },
  notify: {
    memoryMb: 512,
    timeoutSeconds: 60,
    table: ['GetItem', 'PutItem', 'UpdateItem'],
    // An event that changed is told to everybody who booked it.
    index: ['Query'],
    changes: [
      {
        eventName: ['INSERT', 'MODIFY'],
        dynamodb: { NewImage: { sk: { S: [{ prefix: 'BOOKING#' }] }, status: { S: ['CONFIRMED', 'CANCELLED'] } } },
      },
      { eventName: ['MODIFY'], dynamodb: { NewImage: { sk: { S: ['EVENT'] }, status: { S: ['PUBLISHED'] } } } },
      {
        eventName: ['MODIFY'],
        dynamodb: {
          Keys: { pk: { S: [{ prefix: 'EVENT#' }] }, sk: { S: [{ prefix: 'WAITLIST#' }] } },
          NewImage: { status: { S: ['CLOSED'] }, eventCancelledAt: { S: [{ exists: true }] } },
        },
      },
      { eventName: ['INSERT', 'MODIFY'], dynamodb: { Keys: { sk: { S: [{ prefix: 'ANNOUNCEMENT#' }] } } } },
    ],
    batchSize: 10,
    batchWindowSeconds: 0,
    maxConcurrency: 10,
  },
  'send-email': {
    memoryMb: 512,
    timeoutSeconds: 60,
    // The last for noting why an email did not go out.
    table: ['GetItem', 'UpdateItem', 'PutItem'],
    index: [],
    changes: [{ eventName: ['INSERT'], dynamodb: { Keys: { sk: { S: [{ prefix: 'NOTIFICATION#' }] } } } }],
    batchSize: 10,
    batchWindowSeconds: 0,
    // An account sends so many emails a second and no more; the list of a person waits for none of them.
    maxConcurrency: 5,
    sendsEmail: true,
  },
  audit: {
    memoryMb: 512,
    timeoutSeconds: 30,
    // Who deleted an event is read; entries are only added, and nothing else is written.
    table: ['GetItem', 'PutItem'],
    index: [],
    appendsToTrail: true,
    changes: [
      { dynamodb: { Keys: { sk: { S: ['EVENT', { prefix: 'BOOKING#' }] } } } },
      { dynamodb: { Keys: { pk: { S: [{ prefix: 'EVENT#' }] }, sk: { S: [{ prefix: 'WAITLIST#' }] } } } },
      { eventName: ['INSERT', 'MODIFY'], dynamodb: { Keys: { sk: { S: ['ROLES', 'DELETION'] } } } },
    ],
    // Nobody waits for it, so many entries are written by one run.
    batchSize: 100,
    batchWindowSeconds: 2,
    maxConcurrency: 5,
  },
};

export const workers = Object.keys(workerSpecs) as readonly Worker[];

/** The worker that no change of the table reaches: administrators send it what a pipe could not send. */
export const replayWorker = 'replay-changes';

export const replaySpec: QueueSpec = {
  memoryMb: 512,
  // For as many records as a pipe takes from the stream at a time: 1,000.
  timeoutSeconds: 60,
  // For noting why a message failed.
  table: ['PutItem'],
  index: [],
  batchSize: 1,
  batchWindowSeconds: 0,
  // The fewest that there may be: the pipes read the stream too, and more than two readers at a time are throttled.
  maxConcurrency: 2,
};
