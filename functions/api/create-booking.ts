import { idOf } from '../shared/id-of.ts';
import { book } from '../store/book.ts';
import type { Handler } from './request.ts';

/** Books seats of one tier for the caller. */
export const createBooking: Handler<'createBooking'> = async (request) => {
  const { body, caller, idempotencyKey, remainingMs } = request;
  const { booking, replayed } = await book({
    ...body,
    bookingId: idOf('bkg', request),
    userId: caller.userId,
    idempotent: idempotencyKey
      ? { callerId: caller.callerId, operationId: 'createBooking', key: idempotencyKey, request: body }
      : undefined,
    remainingMs,
  });
  return {
    status: 201,
    body: booking,
    headers: {
      location: `/bookings/${booking.bookingId}`,
      ...(replayed && { 'idempotency-replayed': 'true' }),
    },
  };
};
