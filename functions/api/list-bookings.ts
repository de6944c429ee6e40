import { type Booking, bookingView } from '../domain/booking.ts';
import { pageOf } from '../shared/page.ts';
import { listBookings as list } from '../store/booking-list-store.ts';
import type { Handler } from './request.ts';

/** The caller's bookings, newest first. */
export const listBookings: Handler<'listBookings'> = async ({ query, caller }) => {
  const now = new Date().toISOString();
  const show = (bookings: Booking[]) => bookings.map((booking) => bookingView(booking, now));
  const body = await pageOf(query, ['listBookings', caller.callerId], (page) => list(caller.userId, page), show);
  return { status: 200, body };
};
