import { pageOf } from '../shared/page.ts';
import { listEntries } from '../store/waitlist-list-store.ts';
import { managedEvent } from './managed-event.ts';
import type { RequestOf, ResponseOf } from './request.ts';

/** Entries of an event's waitlists, in order, with why somebody was passed over. */
export async function listEventWaitlist(
  request: RequestOf<'listEventWaitlist'> | RequestOf<'listEventWaitlistAsAdmin'>,
): Promise<ResponseOf<'listEventWaitlist'>> {
  const { params, query } = request;
  const event = await managedEvent(params.eventId, request.caller);
  const scope = ['listEventWaitlist', request.caller.callerId, event.eventId, query.tierId, query.status];
  const body = await pageOf(
    query,
    scope,
    (page) => listEntries(event, query, page),
    (entries) => entries,
  );
  return { status: 200, body };
}
