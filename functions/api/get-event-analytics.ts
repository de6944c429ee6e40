import { dailyRows, rangeOf, tierRows, totalsOf } from '../domain/analytics.ts';
import { readStatistics } from '../store/analytics-store.ts';
import { managedEvent } from './managed-event.ts';
import type { RequestOf, ResponseOf } from './request.ts';

/** What an event has sold: so far, by tier and by day. */
export async function getEventAnalytics(
  request: RequestOf<'getEventAnalytics'> | RequestOf<'getEventAnalyticsAsAdmin'>,
): Promise<ResponseOf<'getEventAnalytics'>> {
  const range = rangeOf(request.query, new Date().toISOString());
  const event = await managedEvent(request.params.eventId, request.caller);
  const { total, days, tiers } = await readStatistics(event.eventId, range);
  const capacity = event.tiers.reduce((sum, tier) => sum + tier.capacity, 0);
  const body = {
    eventId: event.eventId,
    totals: totalsOf(total, capacity),
    daily: dailyRows(range, days),
    tiers: tierRows(event, tiers),
  };
  return { status: 200, body };
}
