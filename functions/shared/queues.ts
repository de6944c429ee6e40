import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { env } from './env.ts';

export const queues = new SQSClient({ maxAttempts: 2 });

/**
 * Resolves when every queue of the stack answers.
 *
 * @throws {Error} where one does not answer before `abortSignal`
 */
export async function checkQueues(abortSignal: AbortSignal): Promise<void> {
  const check = (QueueUrl: string) =>
    queues.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }), { abortSignal });
  await Promise.all(env('QUEUE_URLS').split(',').map(check));
}
