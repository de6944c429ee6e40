import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type * as z from 'zod';
import { limits } from '../domain/limits.ts';
import { failureNotes } from './failure-notes.ts';
import { logger } from './logger.ts';
import { observedBatch } from './observe-batch.ts';

/** What a worker does with one message. It may come twice, late and out of order. */
export type MessageHandler<Message> = (message: Message, work: { remainingMs: () => number }) => Promise<void>;

/**
 * The Lambda handler of a queue's worker: parses each message and reports those that failed, which come again and end
 * in the dead-letter queue. The one place with the batch processor.
 */
export function queueHandler<Schema extends z.ZodType>(schema: Schema, handle: MessageHandler<z.output<Schema>>) {
  return observedBatch((event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    const remainingMs = () => context.getRemainingTimeInMillis() - limits.answerReserveMs;
    const noted = failureNotes();
    const handleRecord = (record: SQSRecord): Promise<void> =>
      noted(record, async () => {
        try {
          await handle(schema.parse(JSON.parse(record.body)), { remainingMs });
        } catch (error) {
          logger.error('message failed', { messageId: record.messageId, error: error as Error });
          throw error;
        }
      });
    const processor = new BatchProcessor(EventType.SQS);
    return processPartialResponse(event, handleRecord, processor, { context, throwOnFullBatchFailure: false });
  });
}
