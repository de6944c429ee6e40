import { setTimeout as wait } from 'node:timers/promises';
import type { LambdaFunction } from './lambda.ts';
import type { Pace } from './load.ts';
import { isFifo, type Queue } from './queues.ts';
import type { Sqs } from './sqs.ts';
import { doneMessages, type Message, Received, sqsEvent } from './sqs-event.ts';
import type { Resource } from './template.ts';

export interface PollerOptions {
  readonly mapping: Resource<'AWS::Lambda::EventSourceMapping'>;
  readonly queue: Queue;
  readonly target: LambdaFunction;
  readonly sqs: Sqs;
  readonly region: string;
  readonly pace: Pace;
  readonly log: (line: string) => void;
}

export interface QueuePoller {
  /** Waits for the batches that are worked on, and returns to the queue what is not done then. */
  stop(graceMs: number): Promise<void>;
}

/** The longest that SQS allows. */
const longPollSeconds = 20;
const maxReceived = 10;
const pauseAfterErrorMs = 1_000;

/** Runs an event source mapping: takes batches from a queue and gives them to a function. */
export function startQueuePoller(options: PollerOptions): QueuePoller {
  const { mapping, queue, target, sqs, region, pace, log } = options;
  const { BatchSize, MaximumBatchingWindowInSeconds, FunctionResponseTypes, ScalingConfig } = mapping.properties;
  const reportsFailures = FunctionResponseTypes.includes('ReportBatchItemFailures');
  // More than the function has instances would only wait, out of sight of everybody else.
  const maxConcurrency = Math.min(ScalingConfig?.MaximumConcurrency ?? target.maxInstances, target.maxInstances);
  const queueArn = queue.attributes.Arn ?? '';
  const inWork = new Map<Promise<void>, readonly Message[]>();
  let stopped = false;
  const tell = (what: string, error: unknown) =>
    log(
      `${mapping.logicalId} (AWS::Lambda::EventSourceMapping) ${what}: ${error instanceof Error ? error.message : error}`,
    );

  const receive = async (most: number, waitSeconds: number): Promise<Message[]> => {
    const answer = await sqs.call('ReceiveMessage', {
      QueueUrl: queue.ref,
      MaxNumberOfMessages: Math.min(most, maxReceived),
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    });
    return Received.parse(answer).Messages;
  };

  const collect = async (): Promise<Message[]> => {
    const batch = await receive(BatchSize, longPollSeconds);
    const closesAt = performance.now() + MaximumBatchingWindowInSeconds * 1_000;
    while (batch.length > 0 && batch.length < BatchSize && !stopped) {
      const secondsLeft = (closesAt - performance.now()) / 1_000;
      if (secondsLeft <= 0) break;
      // A window of many seconds does not hold up a stop for as long.
      batch.push(...(await receive(BatchSize - batch.length, Math.min(secondsLeft, 1))));
    }
    return batch;
  };

  /** Gives back what nobody works on any more. Not 0 s: fauxqs fails at that where messages are kept on the disk. */
  const giveBack = (messages: readonly Message[]) =>
    inTens(messages, (entries) =>
      sqs.call('ChangeMessageVisibilityBatch', {
        QueueUrl: queue.ref,
        Entries: entries.map((entry) => ({ ...entry, VisibilityTimeout: 1 })),
      }),
    );

  const work = async (batch: readonly Message[]): Promise<void> => {
    try {
      const outcome = await target.invoke(JSON.stringify(sqsEvent(batch, { queueArn, region })));
      // What failed comes again when its visibility timeout is over.
      if (outcome.kind !== 'answer') return;
      const done = reportsFailures ? doneMessages(outcome.payload, batch) : batch;
      if (!done) return tell('does not understand the answer, so the batch comes again', outcome.payload);
      await inTens(done, (entries) => sqs.call('DeleteMessageBatch', { QueueUrl: queue.ref, Entries: entries }));
    } catch (error) {
      if (!stopped) tell('cannot end a batch', error);
    }
  };

  // Messages that come in order wait for each other, so they do not wait for anything else.
  const take = (batch: readonly Message[]) => (isFifo(queue) ? work(batch) : pace.turn(() => work(batch)));

  const run = async (): Promise<void> => {
    while (!stopped) {
      try {
        while (inWork.size >= maxConcurrency) await Promise.race(inWork.keys());
        if (stopped) return;
        const batch = await collect();
        if (batch.length === 0) continue;
        if (stopped) return await giveBack(batch);
        const working = take(batch).finally(() => inWork.delete(working));
        inWork.set(working, batch);
      } catch (error) {
        // The service of the queues ends the poll that waits when it stops itself.
        if (stopped) return;
        tell('cannot poll', error);
        await wait(pauseAfterErrorMs);
      }
    }
  };
  void run();
  return {
    stop: async (graceMs) => {
      stopped = true;
      const grace = new AbortController();
      await Promise.race([
        Promise.all(inWork.keys()),
        wait(graceMs, undefined, { signal: grace.signal }).catch(() => 0),
      ]);
      grace.abort();
      for (const batch of inWork.values()) await giveBack(batch);
    },
  };
}

/** Calls with the entries of a batch action, which takes ten at most. */
async function inTens(
  messages: readonly Message[],
  act: (entries: { Id: string; ReceiptHandle: string }[]) => Promise<unknown>,
): Promise<void> {
  const entries = messages.map(({ ReceiptHandle }, place) => ({ Id: String(place), ReceiptHandle }));
  for (let start = 0; start < entries.length; start += 10) await act(entries.slice(start, start + 10));
}
