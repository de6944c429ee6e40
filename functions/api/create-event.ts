import { newEvent } from '../domain/event-change.ts';
import { eventView, untouchedStock } from '../domain/event-view.ts';
import { eventETag } from '../shared/etag.ts';
import { idOf } from '../shared/id-of.ts';
import { createEvent as create } from '../store/event-store.ts';
import { organizerIdOf } from './managed-event.ts';
import type { RequestOf, ResponseOf } from './request.ts';

/** Creates an event with its tiers and their inventory. */
export async function createEvent(
  request: RequestOf<'createEvent'> | RequestOf<'createEventAsAdmin'>,
): Promise<ResponseOf<'createEvent'>> {
  const { body, caller, idempotencyKey, remainingMs } = request;
  const ids = { eventId: idOf('evt', request), organizerId: organizerIdOf(caller) };
  const now = new Date().toISOString();
  const event = newEvent(body, ids, { changeId: request.requestId, now });
  const { answer, replayed } = await create(event, eventView(event, untouchedStock(event), now), {
    idempotent: idempotencyKey
      ? { callerId: caller.callerId, operationId: 'createEvent', key: idempotencyKey, request: body }
      : undefined,
    remainingMs,
  });
  return {
    status: 201,
    body: answer,
    headers: {
      location: `${request.path}/${answer.eventId}`,
      etag: eventETag(answer),
      ...(replayed && { 'idempotency-replayed': 'true' }),
    },
  };
}
