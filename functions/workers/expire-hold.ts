import * as z from 'zod';
import { isExpired } from '../domain/booking.ts';
import { queueHandler } from '../shared/queue-handler.ts';
import { expireHold } from '../store/booking-changes.ts';
import { findBooking } from '../store/booking-store.ts';

/** The stream record of a hold that was made; the queue delivers it when the hold's time is over. */
const HoldMade = z.object({
  dynamodb: z.object({
    NewImage: z.object({ userId: z.object({ S: z.string() }), bookingId: z.object({ S: z.string() }) }),
  }),
});

/**
 * Gives the seats of a hold back that nobody confirmed. The booking as it stands decides, not the message: one that was
 * confirmed, cancelled or expired meanwhile stays as it is.
 */
export const handler = queueHandler(HoldMade, async ({ dynamodb: { NewImage: hold } }, { remainingMs }) => {
  const booking = await findBooking(hold.userId.S, hold.bookingId.S);
  if (booking?.status !== 'HELD') return;
  // The queue's delay is the lifetime of a hold; where the stage changed it meanwhile, the message comes again.
  if (!isExpired(booking, new Date().toISOString())) throw new Error(`the hold ${booking.bookingId} is not over yet`);
  await expireHold(booking, remainingMs);
});
