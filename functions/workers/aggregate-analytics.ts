import { setTimeout as wait } from 'node:timers/promises';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { limits } from '../domain/limits.ts';
import { queueBatchHandler } from '../shared/queue-batch-handler.ts';
import { ShardRecord } from '../store/shard-change.ts';
import { recordChanges } from '../store/statistics-store.ts';

const handleBatch = queueBatchHandler(
  ShardRecord,
  ({ eventId }) => eventId,
  (changes, { remainingMs }) => recordChanges(changes, remainingMs),
);

/** The batch before, of this instance. */
let last = { messages: 0, atMs: 0 };

/**
 * Lets the queue fill up while many people book. Lambda polls with several pollers, each with a batch window of its own,
 * so the window alone would make small batches, and each of them costs the totals once more.
 */
async function pace(messages: number): Promise<void> {
  const isBusy = Math.min(last.messages, messages) >= limits.statisticsBusyMessages;
  const waitMs = last.atMs + limits.statisticsPaceMs - Date.now();
  if (isBusy && waitMs > 0) await wait(waitMs);
  last = { messages, atMs: Date.now() };
}

/** Brings statistics up to date with the shards: versions are compared, no message is counted. */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  await pace(event.Records.length);
  return handleBatch(event, context);
}
