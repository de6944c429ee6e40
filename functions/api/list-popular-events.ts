import { listPopular } from '../store/analytics-store.ts';
import { viewEvents } from '../store/availability-store.ts';
import type { Handler } from './request.ts';

/** Published events to come that have sold most. */
export const listPopularEvents: Handler<'listPopularEvents'> = async () => {
  const now = new Date().toISOString();
  const popular = await listPopular(({ status, startsAt }) => status === 'PUBLISHED' && startsAt > now);
  return { status: 200, body: { items: await viewEvents(popular.map(({ event }) => event)) } };
};
