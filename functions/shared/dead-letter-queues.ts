import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { DeadLetterKind } from '../domain/dead-letter.ts';
import { env } from './env.ts';
import { messageBody, queues } from './queues.ts';

export interface DeadLetterQueue {
  name: string;
  url: string;
  kind: DeadLetterKind;
  /** Where its messages are sent again: the queue that they came from, or, of a pipe, that of who does its work. */
  source?: string;
}

/** Every queue of dead letters of the stack; lib/constructs/dead-letters.ts writes the setting. */
export function deadLetterQueues(): DeadLetterQueue[] {
  return env('DEAD_LETTER_QUEUES')
    .split(',')
    .map((text) => {
      const [name = '', kind = '', url = '', source] = text.split(' ');
      return { name, url, kind: DeadLetterKind.parse(kind), ...(source && { source }) };
    });
}

/** How many messages can be received from it; SQS counts roughly. */
export async function countOf({ url }: DeadLetterQueue): Promise<number> {
  const attribute = 'ApproximateNumberOfMessages';
  const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [attribute] });
  return Number((await queues.send(command)).Attributes?.[attribute] ?? 0);
}

/** Some messages, which stay where they are and hidden from nobody. */
export async function peek(queue: DeadLetterQueue, most: number): Promise<Message[]> {
  const messages = await receive(queue, most, 0);
  return [...new Map(messages.map((message) => [message.MessageId, message])).values()];
}

/** While they are moved, a second redrive does not see them. */
const movingSeconds = 60;

/**
 * Moves messages back to where they are worked on, in their order. Each is sent before it is deleted: a redrive that is
 * cut short may leave one in both, which no worker minds, but loses none.
 *
 * Not StartMessageMoveTask, which knows no way back for what a rule could not deliver, and keeps the id by which a FIFO
 * queue would drop a message that it has seen within five minutes.
 *
 * @param options.mayGoOn asked before each batch
 * @returns how many were moved
 */
export async function redrive(
  queue: DeadLetterQueue,
  options: { limit: number; mayGoOn: () => boolean },
): Promise<number> {
  const all = deadLetterQueues();
  let moved = 0;
  while (moved < options.limit && options.mayGoOn()) {
    const messages = await receive(queue, options.limit - moved, movingSeconds);
    if (messages.length === 0) break;
    for (const message of messages) {
      await queues.send(new SendMessageCommand(wayBack(queue, message, all)));
      await queues.send(new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle: message.ReceiptHandle }));
      moved += 1;
    }
  }
  return moved;
}

async function receive({ url }: DeadLetterQueue, most: number, hiddenSeconds: number): Promise<Message[]> {
  const command = new ReceiveMessageCommand({
    QueueUrl: url,
    // The most that SQS gives at a time.
    MaxNumberOfMessages: Math.min(most, 10),
    VisibilityTimeout: hiddenSeconds,
    MessageSystemAttributeNames: ['All'],
    MessageAttributeNames: ['All'],
  });
  return (await queues.send(command)).Messages ?? [];
}

/** @throws {Error} where no worker is known that the message was for */
function wayBack({ source }: DeadLetterQueue, message: Message, all: readonly DeadLetterQueue[]) {
  const { Body = '', MessageId, Attributes, MessageAttributes } = message;
  if (source === undefined) {
    // A rule leaves the event as it was on the bus, and says whose it is.
    const queueName = MessageAttributes?.TARGET_ARN?.StringValue?.split(':').at(-1);
    const target = all.find((other) => other.source !== undefined && other.source.split('/').at(-1) === queueName);
    if (!target?.source) throw new Error(`no queue ${queueName} takes the message ${MessageId}`);
    const event = JSON.parse(Body) as { detail?: unknown };
    return { QueueUrl: target.source, MessageBody: messageBody(event.detail ?? event) };
  }
  const group = Attributes?.MessageGroupId;
  return {
    QueueUrl: source,
    MessageBody: Body,
    ...(MessageAttributes && { MessageAttributes }),
    // One redrive of one message is one message, however often it is tried.
    ...(source.endsWith('.fifo') && group && { MessageGroupId: group, MessageDeduplicationId: `redrive-${MessageId}` }),
    // What waited once need not wait again.
    ...(!source.endsWith('.fifo') && { DelaySeconds: 0 }),
  };
}
