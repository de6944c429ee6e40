import { dailyRows, rangeOf, totalsOf } from '../domain/analytics.ts';
import { listPopularOfAll, readStatistics } from '../store/analytics-store.ts';
import type { Handler } from './request.ts';

/** What all events together have sold, so far and by day, and which of them most. */
export const getAnalytics: Handler<'getAnalytics'> = async ({ query }) => {
  const range = rangeOf(query, new Date().toISOString());
  const [{ total, capacity, days }, popularEvents] = await Promise.all([
    readStatistics(undefined, range),
    listPopularOfAll(),
  ]);
  const body = { totals: totalsOf(total, capacity), daily: dailyRows(range, days), popularEvents };
  return { status: 200, body };
};
