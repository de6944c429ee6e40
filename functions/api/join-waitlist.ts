import { count } from '../shared/counters.ts';
import { idOf } from '../shared/id-of.ts';
import { keepPace } from '../shared/instance-pace.ts';
import { ratePolicyHeader } from '../shared/rate-limit-headers.ts';
import { ratePolicy } from '../shared/rate-policies.ts';
import { joinWaitlist as join } from '../store/join-waitlist.ts';
import type { Handler } from './request.ts';

/** Puts the caller in line for seats of a tier that has none left. */
export const joinWaitlist: Handler<'joinWaitlist'> = async (request) => {
  const { params, body, caller, idempotencyKey, remainingMs } = request;
  const { eventId } = params;
  const rate = ratePolicy('waitlist-joins');
  keepPace(rate, caller.userId);
  const { place, replayed } = await join({
    ...body,
    eventId,
    joinId: idOf('wtl', request),
    userId: caller.userId,
    rate,
    idempotent: idempotencyKey
      ? { callerId: caller.callerId, operationId: 'joinWaitlist', key: idempotencyKey, request: { eventId, ...body } }
      : undefined,
    remainingMs,
  });
  if (!replayed) count('WaitlistJoins');
  return {
    status: 201,
    body: place,
    headers: {
      location: `/events/${eventId}/waitlist`,
      ...ratePolicyHeader([rate]),
      ...(replayed && { 'idempotency-replayed': 'true' }),
    },
  };
};
