import * as z from 'zod';
import { limits } from '../domain/limits.ts';
import { deletePoolUser } from '../shared/identity-deletion.ts';
import { logger } from '../shared/logger.ts';
import { queueHandler } from '../shared/queue-handler.ts';
import { handOver } from '../store/continuation-store.ts';
import { findDeletion, finishDeletion } from '../store/deletion-store.ts';
import { closeEvents, eraseBookings, eraseItems, leaveWaitlists, type Work } from '../store/erasure-store.ts';
import { deletionRunKey } from '../store/keys.ts';
import { streamRecord } from '../store/stream-record.ts';
import { Patience } from '../store/transact.ts';

/** The request for a deletion, or the note of an earlier run that there is more to do. */
const Requested = streamRecord(z.looseObject({ userId: z.string(), run: z.int().default(0) }));

/**
 * In this order: nobody is promoted from a line that was left, so bookings are complete when they are read; and the
 * account goes last, so that the address is free for a new one only when nothing of the old is left.
 */
const steps: readonly ((userId: string, work: Work) => Promise<boolean>)[] = [
  closeEvents,
  leaveWaitlists,
  eraseBookings,
  eraseItems,
];

/**
 * Deletes a person. Every step looks at what is left to do, so a run may end at any point and the message may come again;
 * where time is short, the rest is handed over to the next run.
 */
export const handler = queueHandler(Requested, async ({ image: { userId, run } }, { remainingMs }) => {
  const deletion = await findDeletion(userId);
  if (!deletion || deletion.doneAt !== undefined) return;
  const patience = new Patience(remainingMs);
  const work: Work = { remainingMs, hasTime: () => remainingMs() > limits.sweepReserveMs };
  for (const step of steps) {
    if (!(await step(userId, work))) return handOver(deletionRunKey(userId), run, { userId }, patience);
  }
  await deletePoolUser(userId);
  await finishDeletion(userId, patience);
  logger.info('a person was deleted', { by: deletion.by });
});
