import { pageOf } from '../shared/page.ts';
import { viewEvents } from '../store/availability-store.ts';
import { listOwnedEvents } from '../store/event-list-store.ts';
import type { Handler } from './request.ts';

/** The organizer's own events, newest first, drafts too. */
export const listOwnEvents: Handler<'listOwnEvents'> = async ({ query, caller }) => {
  const scope = ['listOwnEvents', caller.callerId, query.status];
  const body = await pageOf(query, scope, (page) => listOwnedEvents(caller.userId, query.status, page), viewEvents);
  return { status: 200, body };
};
