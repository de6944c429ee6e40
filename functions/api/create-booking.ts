import { holdTtlSeconds } from '../shared/hold-ttl.ts';
import { idOf } from '../shared/id-of.ts';
import { book } from '../store/book.ts';
import { idempotentOf, replayedHeader } from './idempotent-request.ts';
import type { Handler } from './request.ts';

/** Books seats of one tier for the caller, or holds them. */
export const createBooking: Handler<'createBooking'> = async (request) => {
  const { body, caller, remainingMs } = request;
  const { eventId, tierId, quantity, hold } = body;
  const { booking, replayed } = await book({
    eventId,
    tierId,
    quantity,
    holdSeconds: hold ? holdTtlSeconds() : undefined,
    bookingId: idOf('bkg', request),
    userId: caller.userId,
    idempotent: idempotentOf(request, 'createBooking'),
    remainingMs,
  });
  const location = `/bookings/${booking.bookingId}`;
  return { status: 201, body: booking, headers: { location, ...replayedHeader(replayed) } };
};
