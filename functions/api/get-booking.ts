import { bookingView } from '../domain/booking.ts';
import { getBooking as readBooking } from '../store/booking-store.ts';
import type { Handler } from './request.ts';

/** One of the caller's bookings. */
export const getBooking: Handler<'getBooking'> = async ({ params, caller }) => {
  const booking = await readBooking(caller.userId, params.bookingId);
  return { status: 200, body: bookingView(booking, new Date().toISOString()) };
};
