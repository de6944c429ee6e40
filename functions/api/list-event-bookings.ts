import { type Booking, eventBookingView } from '../domain/booking.ts';
import { pageOf } from '../shared/page.ts';
import { listEventBookings as list } from '../store/booking-list-store.ts';
import { managedEvent } from './managed-event.ts';
import type { RequestOf, ResponseOf } from './request.ts';

const show = (bookings: Booking[]) => bookings.map(eventBookingView);

/** Bookings of an event, newest first. */
export async function listEventBookings(
  request: RequestOf<'listEventBookings'> | RequestOf<'listEventBookingsAsAdmin'>,
): Promise<ResponseOf<'listEventBookings'>> {
  const { params, query } = request;
  const event = await managedEvent(params.eventId, request.caller);
  const scope = ['listEventBookings', request.caller.callerId, event.eventId, query.status];
  const body = await pageOf(query, scope, (page) => list(event, query.status, page), show);
  return { status: 200, body };
}
