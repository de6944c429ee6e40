import { leaveWaitlist as leave } from '../store/waitlist-store.ts';
import type { Handler } from './request.ts';

/** Gives the caller's place in a waitlist up. */
export const leaveWaitlist: Handler<'leaveWaitlist'> = async ({ params, caller, remainingMs }) => {
  await leave(caller.userId, params, remainingMs);
  return { status: 204 };
};
