import type { SQSRecord } from 'aws-lambda';
import { limits } from '../domain/limits.ts';
import { putFailure } from '../store/failure-store.ts';
import { optionalEnv } from './env.ts';
import { logger } from './logger.ts';
import { redactText } from './redact.ts';

/** Works on a message. Why it fails is noted, and thrown on. */
export type NotedWork = (record: SQSRecord, work: () => Promise<void>) => Promise<void>;

/**
 * Notes why messages of a batch fail: a message in a dead-letter queue tells nothing of it. So many of a batch at most,
 * since trouble that all of them have would only grow by it. What cannot be noted stands in the log.
 */
export function failureNotes(): NotedWork {
  let left: number = limits.notedFailuresPerBatch;
  const note = async ({ messageId, attributes }: SQSRecord, error: unknown): Promise<void> => {
    if (left <= 0) return;
    left -= 1;
    const { name, message } = error instanceof Error ? error : { name: typeof error, message: String(error) };
    try {
      await putFailure({
        messageId,
        worker: optionalEnv('POWERTOOLS_SERVICE_NAME') ?? 'worker',
        name,
        message: redactText(message).slice(0, limits.notedErrorCharacters),
        at: new Date().toISOString(),
        attempts: Number(attributes?.ApproximateReceiveCount ?? 1),
      });
    } catch (problem) {
      logger.warn('the failure of a message is not noted', { messageId, error: problem as Error });
    }
  };
  return async (record, work) => {
    try {
      await work();
    } catch (error) {
      await note(record, error);
      throw error;
    }
  };
}
