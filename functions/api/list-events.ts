import { pageOf } from '../shared/page.ts';
import { viewEvents } from '../store/availability-store.ts';
import { listPublishedEvents } from '../store/event-list-store.ts';
import type { Handler } from './request.ts';

/** Published events to come, soonest first. */
export const listEvents: Handler<'listEvents'> = async ({ query }) => {
  const { q, category, city, from, to } = query;
  const filter = { q, category, city, to, from: from ?? new Date().toISOString() };
  const scope = ['listEvents', q, category, city, from, to];
  const body = await pageOf(query, scope, (page) => listPublishedEvents(filter, page), viewEvents);
  return { status: 200, body };
};
