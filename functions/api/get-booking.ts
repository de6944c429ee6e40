import { bookingView } from '../domain/booking.ts';
import { getBooking as readBooking } from '../store/booking-store.ts';
import type { Handler } from './request.ts';

/** One of the caller's bookings. */
export const getBooking: Handler<'getBooking'> = async ({ params, caller }) => ({
  status: 200,
  body: bookingView(await readBooking(caller.userId, params.bookingId)),
});
