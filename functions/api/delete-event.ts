import { deleteEvent as remove } from '../store/event-store.ts';
import { managedEvent } from './managed-event.ts';
import type { RequestOf, ResponseOf } from './request.ts';

/** Deletes an event that never had a booking. */
export async function deleteEvent(
  request: RequestOf<'deleteEvent'> | RequestOf<'deleteEventAsAdmin'>,
): Promise<ResponseOf<'deleteEvent'>> {
  const event = await managedEvent(request.params.eventId, request.caller);
  await remove(event, request.remainingMs);
  return { status: 204 };
}
