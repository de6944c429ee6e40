import { notFound } from '../domain/errors.ts';
import { countOf, deadLetterQueues, redrive } from '../shared/dead-letter-queues.ts';
import { logger } from '../shared/logger.ts';
import type { Handler } from './request.ts';

/** Time in which no more messages are taken: as long as ten of them take to be moved. */
const reserveMs = 5_000;

export const redriveDeadLetters: Handler<'redriveDeadLetters'> = async ({ body, remainingMs }) => {
  const queue = deadLetterQueues().find(({ name }) => name === body.queue);
  if (!queue) throw notFound();
  const redriven = await redrive(queue, { limit: body.limit, mayGoOn: () => remainingMs() > reserveMs });
  logger.info('dead letters were redriven', { queue: queue.name, redriven });
  return { status: 202, body: { queue: queue.name, redriven, left: await countOf(queue) } };
};
