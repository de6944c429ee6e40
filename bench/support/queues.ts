import { setTimeout as wait } from 'node:timers/promises';
import { GetQueueAttributesCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { StackOutputs } from '../../local/outputs.ts';

/** A change of the table is in its queue well before this. */
const quietMs = 300;
const pollMs = 50;

/**
 * Waits until the workers have nothing to do: no message is ready or being worked on. Messages whose delay is not over
 * and dead letters are left aside.
 *
 * @returns false where that did not come about in time
 */
export async function untilQueuesAreEmpty(outputs: StackOutputs, patienceMs: number): Promise<boolean> {
  const { sqsEndpoint: endpoint, region } = outputs;
  const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' };
  const sqs = new SQSClient({ endpoint, region, credentials });
  try {
    const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({ MaxResults: 1_000 }));
    const deadline = performance.now() + patienceMs;
    for (let emptySince = performance.now(); performance.now() < deadline; await wait(pollMs)) {
      const waiting = await Promise.all(QueueUrls.map((url) => messagesIn(sqs, url)));
      if (waiting.some((count) => count > 0)) emptySince = performance.now();
      else if (performance.now() - emptySince > quietMs) return true;
    }
    return false;
  } finally {
    sqs.destroy();
  }
}

async function messagesIn(sqs: SQSClient, url: string): Promise<number> {
  const { Attributes: attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }),
  );
  // Only queues that a worker reads have dead letters of their own.
  if (!attributes?.RedrivePolicy) return 0;
  return Number(attributes.ApproximateNumberOfMessages) + Number(attributes.ApproximateNumberOfMessagesNotVisible);
}
