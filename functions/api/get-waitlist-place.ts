import { getPlaces } from '../store/waitlist-store.ts';
import type { Handler } from './request.ts';

/** The caller's places in the waitlists of an event. */
export const getWaitlistPlace: Handler<'getWaitlistPlace'> = async ({ params, caller, remainingMs }) => {
  const items = await getPlaces(caller.userId, params.eventId, remainingMs);
  return { status: 200, body: { items } };
};
