import { type Worker, workerSpecs } from '../../../lib/workers.ts';
import type { StreamRecord } from '../../../local/dynamodb-streams.ts';
import type { Random } from '../../support/faulty-dynamodb/types.ts';
import { feedOf } from './feed.ts';
import type { Functions } from './functions.ts';
import { shuffled } from './randomness.ts';
import type { Scheduler } from './scheduler.ts';
import { stage } from './stage.ts';
import type { Trace } from './trace.ts';

export interface QueueSettings {
  readonly worker: Worker;
  readonly scheduler: Scheduler;
  readonly functions: Functions;
  readonly random: Random;
  readonly trace: Trace;
}

/** The queue and the event source mapping of one worker, with what feeds it. */
export interface Queue {
  readonly worker: Worker;
  /** Takes a record of the stream, if it is for this worker. */
  offer(record: StreamRecord): void;
  isEmpty(): boolean;
  /** Messages that the worker failed at too often. */
  deadLetters(): number;
  redrive(): void;
  /** From here on it delivers once, soon and in order. */
  calm(): void;
}

interface Message {
  readonly id: string;
  readonly body: string;
  /** Of a FIFO queue: one at a time is worked on, in order. */
  readonly group: string | undefined;
  readonly sentAt: number;
  visibleAt: number;
  receives: number;
  isInFlight: boolean;
}

/** What Lambda gives a worker of a message, as far as it is looked at. */
const recordOf = ({ id, body, sentAt, receives }: Message) => ({
  messageId: id,
  body,
  attributes: { SentTimestamp: String(sentAt), ApproximateReceiveCount: String(receives) },
});

/** As lib/constructs/queue-worker.ts sets them. */
const maxReceives = 5;
const visibilityFactor = 6;
/** Just above the two reserves of functions/domain/limits.ts: the deletion of a person often takes several runs. */
const shortRunSeconds: Partial<Record<Worker, number>> = { 'delete-user': 15.7 };
/** More would only wait for each other in a history of a few people. */
const maxConcurrency = 2;

export function createQueue({ worker, scheduler, functions, random, trace }: QueueSettings): Queue {
  const spec = workerSpecs[worker];
  const feed = feedOf(worker);
  const delayMs = 1_000 * (spec.delaySeconds?.(stage) ?? 0);
  const timeoutSeconds = shortRunSeconds[worker] ?? spec.timeoutSeconds;
  const visibilityMs = 1_000 * (visibilityFactor * timeoutSeconds + spec.batchWindowSeconds);
  const { isFifo } = feed;
  let messages: Message[] = [];
  let dead: Message[] = [];
  let sent = 0;
  let running = 0;
  let isCalm = false;
  let lastVisibleAt = 0;

  function enqueue(body: string, group: string | undefined, afterMs: number): void {
    sent += 1;
    const wanted = scheduler.now() + afterMs;
    // A FIFO queue keeps the order in which the pipe read the stream.
    const visibleAt = isFifo ? Math.max(wanted, lastVisibleAt) : wanted;
    lastVisibleAt = visibleAt;
    const sentAt = scheduler.now();
    messages.push({ id: `${worker}#${sent}`, body, group, sentAt, visibleAt, receives: 0, isInFlight: false });
    pumpAt(visibleAt);
  }

  const pumpAt = (at: number) => scheduler.after(at - scheduler.now(), pump);

  /** Most come at once, some late: so they come out of order too. */
  function latencyMs(): number {
    const [luck, spread] = [random(), random()];
    if (isCalm) return 10;
    return luck < 0.05 ? 8_000 * spread : 300 * spread;
  }

  function pump(): void {
    while (running < maxConcurrency) {
      const batch = nextBatch();
      if (batch.length === 0) return;
      void work(batch);
    }
  }

  function nextBatch(): Message[] {
    const ready = isFifo ? firstGroup() : shuffled(messages.filter(isReady), random);
    const size = 1 + Math.floor(random() * Math.min(spec.batchSize, ready.length));
    return ready.slice(0, isCalm ? spec.batchSize : size);
  }

  const isReady = ({ isInFlight, visibleAt }: Message) => !isInFlight && visibleAt <= scheduler.now();

  /** The messages of one group up to the first that is not ready. */
  function firstGroup(): Message[] {
    for (const group of Map.groupBy(messages, (message) => message.group).values()) {
      const blocked = group.findIndex((message) => !isReady(message));
      const ready = blocked === -1 ? group : group.slice(0, blocked);
      if (ready.length > 0 && !group.some(({ isInFlight }) => isInFlight)) return ready;
    }
    return [];
  }

  async function work(batch: Message[]): Promise<void> {
    running += 1;
    for (const message of batch) {
      message.isInFlight = true;
      message.receives += 1;
    }
    const names = batch.map(({ id }) => id).join(' ');
    trace(`${names} delivered`);
    const event = { Records: batch.map(recordOf) };
    const run = await functions.invoke(worker, 1_000 * timeoutSeconds, event);
    const failed = failuresOf(run, batch);
    if (failed.size > 0) trace(`${[...failed].join(' ')} come again`);
    for (const message of batch) settle(message, failed.has(message.id));
    running -= 1;
    pump();
  }

  function failuresOf(run: Awaited<ReturnType<Functions['invoke']>>, batch: readonly Message[]): Set<string> {
    if (run.kind !== 'answer') return new Set(batch.map(({ id }) => id));
    const { batchItemFailures = [] } = run.value as { batchItemFailures?: { itemIdentifier: string }[] };
    return new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  }

  function settle(message: Message, hasFailed: boolean): void {
    message.isInFlight = false;
    if (!hasFailed) {
      messages = messages.filter((other) => other !== message);
      return;
    }
    if (message.receives >= maxReceives) {
      messages = messages.filter((other) => other !== message);
      dead.push(message);
      trace(`${message.id} is a dead letter`);
      return;
    }
    message.visibleAt = scheduler.now() + visibilityMs;
    pumpAt(message.visibleAt);
  }

  return {
    worker,
    offer: (record) => {
      if (!feed.lets(record)) return;
      const body = JSON.stringify(record);
      const group = feed.groupOf(record);
      const isTwice = random() < 0.1 && !isFifo;
      enqueue(body, group, delayMs + latencyMs());
      if (isTwice && !isCalm) enqueue(body, group, delayMs + 20_000 * random());
    },
    isEmpty: () => messages.length === 0 && running === 0,
    deadLetters: () => dead.length,
    redrive: () => {
      for (const message of dead) {
        message.receives = 0;
        message.visibleAt = scheduler.now();
        messages.push(message);
        pumpAt(message.visibleAt);
      }
      dead = [];
    },
    calm: () => {
      isCalm = true;
    },
  };
}
