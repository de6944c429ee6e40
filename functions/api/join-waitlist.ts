import { idOf } from '../shared/id-of.ts';
import { joinWaitlist as join } from '../store/join-waitlist.ts';
import type { Handler } from './request.ts';

/** Puts the caller in line for seats of a tier that has none left. */
export const joinWaitlist: Handler<'joinWaitlist'> = async (request) => {
  const { params, body, caller, idempotencyKey, remainingMs } = request;
  const { eventId } = params;
  const { place, replayed } = await join({
    ...body,
    eventId,
    joinId: idOf('wtl', request),
    userId: caller.userId,
    idempotent: idempotencyKey
      ? { callerId: caller.callerId, operationId: 'joinWaitlist', key: idempotencyKey, request: { eventId, ...body } }
      : undefined,
    remainingMs,
  });
  return {
    status: 201,
    body: place,
    headers: { location: `/events/${eventId}/waitlist`, ...(replayed && { 'idempotency-replayed': 'true' }) },
  };
};
