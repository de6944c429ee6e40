import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { observable } from './aws-clients.ts';
import { env } from './env.ts';

export const queues = observable(new SQSClient({ maxAttempts: 2 }));

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

/**
 * A message of JSON. Some characters that JSON may hold are refused by queues, U+FFFF among them; escaped they are the
 * same JSON.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
export function messageBody(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\ud800-\udfff\ufffe\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
