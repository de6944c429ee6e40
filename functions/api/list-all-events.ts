import { pageOf } from '../shared/page.ts';
import { viewEvents } from '../store/availability-store.ts';
import { listAllEvents as list } from '../store/event-list-store.ts';
import type { Handler } from './request.ts';

/** Events of all organizers, newest first, drafts too. */
export const listAllEvents: Handler<'listAllEvents'> = async ({ query }) => {
  const body = await pageOf(query, ['listAllEvents', query.status], (page) => list(query.status, page), viewEvents);
  return { status: 200, body };
};
