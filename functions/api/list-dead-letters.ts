import type { Message } from '@aws-sdk/client-sqs';
import type { DeadLetter, DeadLetterQueueView } from '../domain/dead-letter.ts';
import { notFound } from '../domain/errors.ts';
import { limits } from '../domain/limits.ts';
import { countOf, type DeadLetterQueue, deadLetterQueues, peek } from '../shared/dead-letter-queues.ts';
import { redactText } from '../shared/redact.ts';
import { type Failure, findFailures } from '../store/failure-store.ts';
import type { Handler } from './request.ts';

/** What could not be worked on, and why. Looking takes nothing out of a queue. */
export const listDeadLetters: Handler<'listDeadLetters'> = async ({ query }) => {
  const wanted = deadLetterQueues().filter(({ name }) => query.queue === undefined || name === query.queue);
  if (wanted.length === 0) throw notFound();
  return { status: 200, body: { items: await Promise.all(wanted.map((queue) => show(queue, query.messages))) } };
};

async function show(queue: DeadLetterQueue, most: number): Promise<DeadLetterQueueView> {
  const [count, messages] = await Promise.all([countOf(queue), most > 0 ? peek(queue, most) : []]);
  const failures = await findFailures(messages.flatMap(({ MessageId }) => MessageId ?? []));
  const shown = messages
    .map((message) => deadLetterOf(message, failures.get(message.MessageId ?? '')))
    .sort((a, b) => (a.sentAt < b.sentAt ? -1 : 1));
  const [oldest] = shown;
  return {
    queue: queue.name,
    kind: queue.kind,
    count: Math.max(count, shown.length),
    ...(oldest && { oldestAt: oldest.sentAt }),
    messages: shown,
  };
}

function deadLetterOf(message: Message, failure: Failure | undefined): DeadLetter {
  const error = failure ? noted(failure) : toldBy(message);
  return {
    messageId: message.MessageId ?? '',
    sentAt: new Date(Number(message.Attributes?.SentTimestamp ?? 0)).toISOString(),
    ...(error && { error }),
    body: redactText(message.Body ?? '').slice(0, limits.deadLetterCharacters),
  };
}

const noted = ({ name, message, at, attempts }: Failure): DeadLetter['error'] => ({ name, message, at, attempts });

/** What EventBridge says of an event that a queue did not take. */
function toldBy({ MessageAttributes: told }: Message): DeadLetter['error'] {
  const message = told?.ERROR_MESSAGE?.StringValue;
  if (message === undefined) return undefined;
  return { name: told?.ERROR_CODE?.StringValue ?? 'undelivered', message };
}
