import { idOf } from '../shared/id-of.ts';
import { book } from '../store/book.ts';
import { idempotentOf, replayedHeader } from './idempotent-request.ts';
import type { Handler } from './request.ts';

/** Books seats of one tier for the caller. */
export const createBooking: Handler<'createBooking'> = async (request) => {
  const { body, caller, remainingMs } = request;
  const { booking, replayed } = await book({
    ...body,
    bookingId: idOf('bkg', request),
    userId: caller.userId,
    idempotent: idempotentOf(request, 'createBooking'),
    remainingMs,
  });
  const location = `/bookings/${booking.bookingId}`;
  return { status: 201, body: booking, headers: { location, ...replayedHeader(replayed) } };
};
