import { limits } from './limits.ts';

/** The UTC day, yyyy-mm-dd, of an RFC 3339 time in UTC. */
export const dayOf = (timestamp: string): string => timestamp.slice(0, 10);

/** What is counted. `sold`: tickets ever sold, those that were cancelled later too; none of them falls but `revenue`. */
export interface Counts {
  /** Bookings ever confirmed. */
  bookings: number;
  sold: number;
  cancelled: number;
  /** In the currency's minor unit, what was given back taken off. */
  revenue: number;
}
const names = ['bookings', 'sold', 'cancelled', 'revenue'] as const satisfies readonly (keyof Counts)[];
const nothing: Counts = { bookings: 0, sold: 0, cancelled: 0, revenue: 0 };

/** A shard as a change of the table left it. */
export interface ShardImage {
  shard: number;
  /** Tells apart two shards of one name, where a tier was removed and came again. */
  createdAt: string;
  version: number;
  removed: boolean;
  /** Seats on sale: 0 where the event is no published one. */
  capacity: number;
  currency: string;
  day: string;
  counts: Counts;
}

/** The counters at the end of a day, as far as it was seen: those of its highest version. */
export interface DayEnd {
  day: string;
  version: number;
  counts: Counts;
}

/** What statistics know of a shard: of the last days their ends, of those before only the last one. */
export interface SeenShard {
  createdAt: string;
  version: number;
  removed: boolean;
  capacity: number;
  currency: string;
  days: DayEnd[];
  before?: DayEnd;
}

/**
 * Adds an image to what was seen. The highest version of a day counts, so it does not matter how often images come and
 * in which order.
 *
 * @returns `seen` itself where the image tells nothing new
 */
export function see(seen: SeenShard | undefined, image: ShardImage): SeenShard {
  const { createdAt, version, removed, capacity, currency, day, counts } = image;
  const state = { createdAt, version, removed, capacity, currency };
  if (!seen || createdAt > seen.createdAt) return { ...state, days: [{ day, version, counts }] };
  if (createdAt < seen.createdAt || (seen.before && day <= seen.before.day)) return seen;
  const end = seen.days.find((known) => known.day === day);
  const days =
    end && end.version >= version
      ? seen.days
      : [...seen.days.filter((known) => known !== end), { day, version, counts }].sort((a, b) =>
          a.day < b.day ? -1 : 1,
        );
  // What a shard was removed at is its last version.
  const isLast = version > seen.version || (version === seen.version && removed && !seen.removed);
  if (isLast) return { ...seen, ...state, days };
  return days === seen.days ? seen : { ...seen, days };
}

/** Keeps the last days; no message is older than that. */
export function forgetOldDays(seen: SeenShard): SeenShard {
  const excess = seen.days.length - limits.statisticsSeenDays;
  const before = seen.days[excess - 1];
  return before ? { ...seen, before, days: seen.days.slice(excess) } : seen;
}

/** Numbers of a period, a tier, an event or everything: money by currency. */
export interface Figures {
  bookings: number;
  sold: number;
  cancelled: number;
  revenue: Record<string, number>;
}
export const noFigures = (): Figures => ({ bookings: 0, sold: 0, cancelled: 0, revenue: {} });

export function addFigures(to: Figures, { bookings, sold, cancelled, revenue }: Figures, sign: 1 | -1 = 1): void {
  to.bookings += sign * bookings;
  to.sold += sign * sold;
  to.cancelled += sign * cancelled;
  for (const [currency, amount] of Object.entries(revenue)) {
    to.revenue[currency] = (to.revenue[currency] ?? 0) + sign * amount;
  }
}

const figuresOf = (counts: Counts, currency: string): Figures => ({
  ...counts,
  revenue: counts.revenue === 0 ? {} : { [currency]: counts.revenue },
});

export const isNothing = ({ bookings, sold, cancelled, revenue }: Figures): boolean =>
  [bookings, sold, cancelled, ...Object.values(revenue)].every((amount) => amount === 0);

/** By how much totals and days change. */
export interface Difference {
  capacity: number;
  total: Figures;
  days: Map<string, Figures>;
}

/** What changes when a shard that was seen as `before` is seen as `after`. */
export function difference(before: SeenShard | undefined, after: SeenShard): Difference {
  const total = noFigures();
  const days = new Map<string, Figures>();
  const add = (seen: SeenShard, sign: 1 | -1) => {
    let last = seen.before?.counts ?? nothing;
    for (const { day, counts } of seen.days) {
      const figures = days.get(day) ?? noFigures();
      days.set(day, figures);
      addFigures(figures, figuresOf(minus(counts, last), seen.currency), sign);
      last = counts;
    }
    addFigures(total, figuresOf(last, seen.currency), sign);
  };
  if (before) add(before, -1);
  add(after, 1);
  for (const [day, figures] of days) if (isNothing(figures)) days.delete(day);
  return { capacity: seatsOf(after) - seatsOf(before), total, days };
}

const seatsOf = (seen: SeenShard | undefined): number => (seen && !seen.removed ? seen.capacity : 0);

const minus = (a: Counts, b: Counts): Counts =>
  Object.fromEntries(names.map((name) => [name, a[name] - b[name]])) as unknown as Counts;
