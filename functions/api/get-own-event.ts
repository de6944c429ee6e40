import { eventETag } from '../shared/etag.ts';
import { viewEvent } from '../store/availability-store.ts';
import { managedEvent } from './managed-event.ts';
import type { RequestOf, ResponseOf } from './request.ts';

/** An event as whoever manages it sees it, drafts too; its ETag is what a change needs. */
export async function getOwnEvent(
  request: RequestOf<'getOwnEvent'> | RequestOf<'getEventAsAdmin'>,
): Promise<ResponseOf<'getOwnEvent'>> {
  const body = await viewEvent(await managedEvent(request.params.eventId, request.caller));
  return { status: 200, body, headers: { etag: eventETag(body) } };
}
