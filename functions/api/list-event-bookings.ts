import { type Booking, EventBookingView, eventBookingView } from '../domain/booking.ts';
import type { Event } from '../domain/event.ts';
import { limits } from '../domain/limits.ts';
import { prefers } from '../shared/accept.ts';
import { csvAnswer, csvLine } from '../shared/csv.ts';
import { type CursorScope, decodeCursor, encodeCursor } from '../shared/cursor.ts';
import { pageOf } from '../shared/page.ts';
import { listEventBookings as list, walkEventBookings } from '../store/event-booking-walk.ts';
import { managedEvent } from './managed-event.ts';
import type { RequestOf, ResponseOf } from './request.ts';

type Request = RequestOf<'listEventBookings'> | RequestOf<'listEventBookingsAsAdmin'>;
type Response = ResponseOf<'listEventBookings'>;

function show(bookings: Booking[]): EventBookingView[] {
  const now = new Date().toISOString();
  return bookings.map((booking) => eventBookingView(booking, now));
}

/** Bookings and holds of an event, newest first: a page of them, or for who wants CSV as many as one answer should hold. */
export async function listEventBookings(request: Request): Promise<Response> {
  const { params, query, headers } = request;
  const event = await managedEvent(params.eventId, request.caller);
  const scope = ['listEventBookings', request.caller.callerId, event.eventId, query.status];
  if (prefers(headers.accept, 'text/csv', 'application/json')) return csvOf(request, event, scope);
  const page = { ...query, limit: query.limit ?? limits.defaultPageItems };
  const body = await pageOf(page, scope, (wanted) => list(event, query.status, wanted), show);
  return { status: 200, body, headers: { vary: 'accept' } };
}

const columns = Object.keys(EventBookingView.shape) as (keyof EventBookingView)[];

/** Rows until the end, a number of them, or until time is short; then the header Link leads to the rest. */
async function csvOf(request: Request, event: Event, scope: CursorScope): Promise<Response> {
  const { query, path, remainingMs } = request;
  const after = query.cursor === undefined ? undefined : decodeCursor(scope, query.cursor);
  const lines = [csvLine(columns)];
  let position: string | undefined;
  let isCut = false;
  const walk = { status: query.status, after, perRead: limits.bookingsPerRead };
  for await (const next of walkEventBookings(event, walk)) {
    isCut = lines.length > (query.limit ?? limits.csvRows) || (position !== undefined && remainingMs() <= 0);
    if (isCut) break;
    const [view] = show([next.booking]);
    if (view) lines.push(csvLine(columns.map((column) => view[column])));
    position = next.position;
  }
  const cursor = position === undefined ? undefined : encodeCursor(scope, position);
  const next = isCut && { path, query: { status: query.status, limit: query.limit?.toString(), cursor } };
  return csvAnswer({ lines, name: `bookings-${event.eventId}`, ...(next && { next }) });
}
