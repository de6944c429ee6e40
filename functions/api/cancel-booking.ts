import { bookingView } from '../domain/booking.ts';
import { cancelBooking as cancel } from '../store/booking-changes.ts';
import type { Handler } from './request.ts';

/** Cancels one of the caller's bookings or holds; the seats are free again at once. */
export const cancelBooking: Handler<'cancelBooking'> = async ({ params, caller, remainingMs }) => {
  const booking = await cancel(caller.userId, params.bookingId, remainingMs);
  return { status: 200, body: bookingView(booking, booking.updatedAt) };
};
