import { newEvent } from '../domain/event-change.ts';
import { eventView, untouchedStock } from '../domain/event-view.ts';
import { eventETag } from '../shared/etag.ts';
import { idOf } from '../shared/id-of.ts';
import { createEvent as create } from '../store/event-store.ts';
import { idempotentOf, replayedHeader } from './idempotent-request.ts';
import { organizerIdOf } from './managed-event.ts';
import type { RequestOf, ResponseOf } from './request.ts';

/** Creates an event with its tiers and their inventory. */
export async function createEvent(
  request: RequestOf<'createEvent'> | RequestOf<'createEventAsAdmin'>,
): Promise<ResponseOf<'createEvent'>> {
  const ids = { eventId: idOf('evt', request), organizerId: organizerIdOf(request.caller) };
  const now = new Date().toISOString();
  const event = newEvent(request.body, ids, { changeId: request.requestId, now });
  const { answer, replayed } = await create(event, eventView(event, untouchedStock(event), now), {
    idempotent: idempotentOf(request, 'createEvent'),
    personId: request.caller.kind === 'person' ? request.caller.userId : undefined,
    remainingMs: request.remainingMs,
  });
  const location = `${request.path}/${answer.eventId}`;
  return { status: 201, body: answer, headers: { location, etag: eventETag(answer), ...replayedHeader(replayed) } };
}
