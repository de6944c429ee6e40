import { count } from '../shared/counters.ts';
import { holdTtlSeconds } from '../shared/hold-ttl.ts';
import { idOf } from '../shared/id-of.ts';
import { keepPace } from '../shared/instance-pace.ts';
import { ratePolicyHeader } from '../shared/rate-limit-headers.ts';
import { ratePolicy } from '../shared/rate-policies.ts';
import { book } from '../store/book.ts';
import { idempotentOf, replayedHeader } from './idempotent-request.ts';
import type { Handler } from './request.ts';

/** Books seats of one tier for the caller, or holds them. */
export const createBooking: Handler<'createBooking'> = async (request) => {
  const { body, caller, remainingMs } = request;
  const { eventId, tierId, quantity, hold } = body;
  const bookings = ratePolicy('bookings');
  keepPace(bookings, caller.userId);
  const { booking, replayed } = await book({
    eventId,
    tierId,
    quantity,
    holdSeconds: hold ? holdTtlSeconds() : undefined,
    bookingId: idOf('bkg', request),
    userId: caller.userId,
    login: caller,
    rates: { bookings, holds: ratePolicy('holds') },
    idempotent: idempotentOf(request, 'createBooking'),
    remainingMs,
  });
  if (!replayed && hold) count('Holds');
  else if (!replayed) {
    count('Bookings');
    count('TicketsSold', quantity);
  }
  const location = `/bookings/${booking.bookingId}`;
  return {
    status: 201,
    body: booking,
    headers: { location, ...ratePolicyHeader([bookings]), ...replayedHeader(replayed) },
  };
};
