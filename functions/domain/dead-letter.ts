import * as z from 'zod';
import { Timestamp } from './common.ts';
import { limits } from './limits.ts';

const QueueName = z.string().min(1).max(100).meta({ description: 'as listDeadLetters names it', example: 'notify' });

/** `worker`: messages it could not work on; `rules`: changes that a queue did not take; `pipe`: names of changes not sent. */
export const DeadLetterKind = z.enum(['worker', 'rules', 'pipe']).meta({ id: 'DeadLetterKind' });
export type DeadLetterKind = z.infer<typeof DeadLetterKind>;

export const DeadLetter = z
  .object({
    messageId: z.string(),
    sentAt: Timestamp,
    error: z
      .object({
        name: z.string(),
        message: z.string(),
        at: Timestamp.optional(),
        attempts: z.int().optional(),
      })
      .optional()
      .meta({ description: 'of the last attempt; missing where none was noted, as when a worker ran out of time' }),
    body: z.string().meta({ description: 'without secrets and addresses, cut where it is long' }),
  })
  .meta({ id: 'DeadLetter' });
export type DeadLetter = z.infer<typeof DeadLetter>;

export const DeadLetterQueueView = z
  .object({
    queue: QueueName,
    kind: DeadLetterKind,
    count: z.int().min(0).meta({ description: 'about as many messages are in it' }),
    oldestAt: Timestamp.optional().meta({ description: 'of the messages that are shown' }),
    messages: z.array(DeadLetter),
  })
  .meta({ id: 'DeadLetterQueue' });
export type DeadLetterQueueView = z.infer<typeof DeadLetterQueueView>;

export const DeadLetterQueues = z.object({ items: z.array(DeadLetterQueueView) }).meta({ id: 'DeadLetterQueues' });

export const DeadLetterQuery = z.strictObject({
  queue: QueueName.optional(),
  messages: z.coerce
    .number()
    .pipe(z.int().min(0).max(limits.shownDeadLetters))
    .default(3)
    .meta({ description: 'shown of each queue' }),
});

export const Redrive = z
  .strictObject({
    queue: QueueName,
    limit: z.int().min(1).max(limits.redrivenDeadLetters).default(limits.redrivenDeadLetters),
  })
  .meta({ id: 'Redrive' });

export const Redriven = z
  .object({
    queue: QueueName,
    redriven: z.int().min(0),
    left: z.int().min(0).meta({ description: 'about as many are still in it' }),
  })
  .meta({ id: 'Redriven' });
