import * as z from 'zod';
import { EventId, TierId, text } from './common.ts';
import { invalid } from './errors.ts';
import { Currency, type Event } from './event.ts';
import { limits } from './limits.ts';
import { dayOf, type Figures, noFigures } from './statistics.ts';

const Day = z.iso.date().meta({ id: 'Day', description: 'a day in UTC, yyyy-mm-dd', example: '2027-06-18' });

export const AnalyticsQuery = z.strictObject({ from: Day.optional(), to: Day.optional() });

const count = z.int().min(0);
const share = z.number().min(0).max(1);
const Revenue = z
  .array(z.object({ currency: Currency, amount: z.int() }))
  .meta({ id: 'Revenue', description: 'by currency, in its minor unit; what was given back is taken off' });

const soFar = {
  bookings: count.meta({ description: 'ever confirmed, also those that were cancelled later' }),
  ticketsSold: count.meta({ description: 'sold and not cancelled' }),
  ticketsCancelled: count,
  cancellationRate: share.meta({ description: 'ticketsCancelled / (ticketsSold + ticketsCancelled)' }),
  utilization: share.meta({ description: 'ticketsSold / capacity on sale' }),
  revenue: Revenue,
};
const Totals = z.object(soFar).meta({ id: 'AnalyticsTotals' });
const Daily = z
  .object({
    date: Day,
    bookings: count.meta({ description: 'confirmed on that day' }),
    ticketsSold: count.meta({ description: 'sold on that day, also those that were cancelled later' }),
    ticketsCancelled: count.meta({ description: 'cancelled on that day' }),
    revenue: Revenue,
  })
  .meta({ id: 'AnalyticsDay' });
type Daily = z.infer<typeof Daily>;
const TierAnalytics = z
  .object({ tierId: TierId, name: text(limits.nameCharacters), capacity: count, ...soFar })
  .meta({ id: 'TierAnalytics' });
const PopularEvent = z
  .object({ eventId: EventId, name: text(limits.nameCharacters), ticketsSold: count })
  .meta({ id: 'PopularEvent' });
export type PopularEvent = z.infer<typeof PopularEvent>;

export const EventAnalytics = z
  .object({ eventId: EventId, totals: Totals, daily: z.array(Daily), tiers: z.array(TierAnalytics) })
  .meta({ id: 'EventAnalytics' });
export type EventAnalytics = z.infer<typeof EventAnalytics>;
export const Analytics = z
  .object({ totals: Totals, daily: z.array(Daily), popularEvents: z.array(PopularEvent) })
  .meta({ id: 'Analytics' });

/** Days in UTC, both of them included. */
export interface Range {
  from: string;
  to: string;
}

const dayMs = 24 * 60 * 60 * 1_000;
const after = (day: string, days: number): string =>
  dayOf(new Date(Date.parse(`${day}T00:00:00Z`) + days * dayMs).toISOString());

/**
 * The days that were asked for; without an end until today, without a start the last 30 of them.
 *
 * @param now RFC 3339, UTC
 * @throws {DomainError} validation-error where they are in the wrong order or too many
 */
export function rangeOf(query: z.output<typeof AnalyticsQuery>, now: string): Range {
  const to = query.to ?? dayOf(now);
  const from = query.from ?? after(to, 1 - limits.analyticsDefaultDays);
  if (from > to) throw invalid('from', `must not be after ${query.to === undefined ? 'today' : 'to'}`);
  if (to > after(from, limits.analyticsDays - 1)) throw invalid('to', `at most ${limits.analyticsDays} days`);
  return { from, to };
}

/** One row for each day, also for those without any change. */
export function dailyRows({ from, to }: Range, days: ReadonlyMap<string, Figures>): Daily[] {
  const rows: Daily[] = [];
  for (let date = from; date <= to; date = after(date, 1)) {
    const { bookings, sold, cancelled, revenue } = days.get(date) ?? noFigures();
    rows.push({ date, bookings, ticketsSold: sold, ticketsCancelled: cancelled, revenue: revenueOf(revenue) });
  }
  return rows;
}

/** @param capacity seats on sale */
export function totalsOf({ bookings, sold, cancelled, revenue }: Figures, capacity: number): z.infer<typeof Totals> {
  const ticketsSold = sold - cancelled;
  return {
    bookings,
    ticketsSold,
    ticketsCancelled: cancelled,
    cancellationRate: ratio(cancelled, sold),
    utilization: ratio(ticketsSold, capacity),
    revenue: revenueOf(revenue),
  };
}

export function tierRows(event: Event, tiers: ReadonlyMap<string, Figures>): EventAnalytics['tiers'] {
  return event.tiers.map(({ tierId, name, capacity }) => ({
    tierId,
    name,
    capacity,
    ...totalsOf(tiers.get(tierId) ?? noFigures(), capacity),
  }));
}

function revenueOf(revenue: Readonly<Record<string, number>>): z.infer<typeof Revenue> {
  const amounts = Object.entries(revenue).filter(([, amount]) => amount !== 0);
  return amounts.sort(([a], [b]) => (a < b ? -1 : 1)).map(([currency, amount]) => ({ currency, amount }));
}

/** Four digits after the point; 0 where there is nothing to share. The rest may be behind the part for a moment. */
function ratio(part: number, whole: number): number {
  return whole <= 0 ? 0 : Math.min(1, Math.round((part / whole) * 10_000) / 10_000);
}
