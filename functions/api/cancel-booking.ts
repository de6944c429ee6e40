import { bookingView } from '../domain/booking.ts';
import { cancelBooking as cancel } from '../store/booking-store.ts';
import type { Handler } from './request.ts';

/** Cancels one of the caller's bookings; the seats are free again at once. */
export const cancelBooking: Handler<'cancelBooking'> = async ({ params, caller, remainingMs }) => ({
  status: 200,
  body: bookingView(await cancel(caller.userId, params.bookingId, remainingMs)),
});
