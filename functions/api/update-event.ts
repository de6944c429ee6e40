import { changeEvent } from '../domain/event-change.ts';
import { checkIfMatch, eventETag } from '../shared/etag.ts';
import { viewEvent } from '../store/availability-store.ts';
import { updateEvent as update } from '../store/event-store.ts';
import { managedEvent } from './managed-event.ts';
import type { RequestOf, ResponseOf } from './request.ts';

/** Changes an event, and the rules and capacity of its tiers, as a whole. */
export async function updateEvent(
  request: RequestOf<'updateEvent'> | RequestOf<'updateEventAsAdmin'>,
): Promise<ResponseOf<'updateEvent'>> {
  const { params, body, caller, ifMatch, remainingMs } = request;
  const event = await managedEvent(params.eventId, caller);
  checkIfMatch(ifMatch, event.version);
  const change = changeEvent(event, body, { changeId: request.requestId, now: new Date().toISOString() });
  await update(change, event.version, remainingMs);
  const view = await viewEvent(change.event);
  return { status: 200, body: view, headers: { etag: eventETag(view) } };
}
