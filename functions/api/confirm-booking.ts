import { bookingView } from '../domain/booking.ts';
import { confirmBooking as confirm } from '../store/booking-changes.ts';
import type { Handler } from './request.ts';

/** Turns one of the caller's holds into a booking. */
export const confirmBooking: Handler<'confirmBooking'> = async ({ params, caller, remainingMs }) => {
  const booking = await confirm(caller.userId, params.bookingId, remainingMs);
  return { status: 200, body: bookingView(booking, booking.updatedAt) };
};
