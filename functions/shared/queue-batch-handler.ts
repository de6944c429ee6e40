import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type * as z from 'zod';
import { limits } from '../domain/limits.ts';
import { failureNotes } from './failure-notes.ts';
import { logger } from './logger.ts';
import { observedBatch } from './observe-batch.ts';

/** What a worker does with all messages of a batch together. They may come twice, late and out of order. */
export type BatchHandler<Message> = (messages: Message[], work: { remainingMs: () => number }) => Promise<void>;

/**
 * As `queueHandler`, for a worker that takes the messages of a batch together. Where the batch fails, each of its
 * groups is tried on its own, so that only the messages of a group that fails come again.
 *
 * @param groupOf what a message has trouble together with
 */
export function queueBatchHandler<Schema extends z.ZodType>(
  schema: Schema,
  groupOf: (message: z.output<Schema>) => string,
  handle: BatchHandler<z.output<Schema>>,
) {
  return observedBatch((event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    const remainingMs = () => context.getRemainingTimeInMillis() - limits.answerReserveMs;
    const batch = new Map<string, z.output<Schema>>();
    /** The outcome of each group. It is awaited by the group's records, each of which has it for its own. */
    let outcomes: Promise<ReadonlyMap<string, unknown>> | undefined;

    const handleAll = async (): Promise<ReadonlyMap<string, unknown>> => {
      const messages = [...batch.values()];
      if (messages.length === 0) return new Map();
      try {
        await handle(messages, { remainingMs });
        return new Map();
      } catch (error) {
        logger.warn('batch failed, so its groups are tried one by one', { error: error as Error });
      }
      const failed = new Map<string, unknown>();
      for (const [group, members] of Map.groupBy(messages, groupOf)) {
        try {
          await handle(members, { remainingMs });
        } catch (error) {
          logger.error('group failed', { group, messages: members.length, error: error as Error });
          failed.set(group, error);
        }
      }
      return failed;
    };
    const unreadable = new Map<string, unknown>();
    const parse = (record: SQSRecord): void => {
      try {
        batch.set(record.messageId, schema.parse(JSON.parse(record.body)));
      } catch (error) {
        logger.error('message cannot be read', { messageId: record.messageId, error: error as Error });
        unreadable.set(record.messageId, error);
      }
    };
    const noted = failureNotes();
    const handleRecord = (record: SQSRecord): Promise<void> => noted(record, () => outcomeOf(record));
    const outcomeOf = async ({ messageId }: SQSRecord): Promise<void> => {
      const message = batch.get(messageId);
      if (message === undefined) throw unreadable.get(messageId);
      outcomes ??= handleAll();
      const failed = await outcomes;
      const group = groupOf(message);
      if (failed.has(group)) throw failed.get(group);
    };

    for (const record of event.Records) parse(record);
    const processor = new BatchProcessor(EventType.SQS);
    return processPartialResponse(event, handleRecord, processor, { context, throwOnFullBatchFailure: false });
  });
}
