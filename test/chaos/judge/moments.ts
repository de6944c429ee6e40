import { type Booking, isExpired } from '../../../functions/domain/booking.ts';
import type { Shard } from '../../../functions/domain/inventory.ts';
import type { Commit, Item } from './commits.ts';

/** The table as it stood after one of its commits, and before the next. */
export interface Moment {
  /** Commits so far. */
  readonly index: number;
  /** Milliseconds since 1970; the moment lasts until the next one. */
  readonly at: number;
  readonly items: ReadonlyMap<string, Item>;
  /** The commit that it began with. */
  readonly commit: Commit | undefined;
}

/** The table at each of its moments. The items are the same map, changed on the way. */
export function* momentsOf(commits: readonly Commit[], startedAt: number): Generator<Moment> {
  const items = new Map<string, Item>();
  yield { index: 0, at: startedAt, items, commit: undefined };
  for (const [n, commit] of commits.entries()) {
    for (const { key, after } of commit.changes) {
      if (after) items.set(key, after);
      else items.delete(key);
    }
    yield { index: n + 1, at: commit.at, items, commit };
  }
}

export interface Stock {
  readonly available: number;
  readonly held: number;
  readonly sold: number;
  readonly waiting: boolean;
  /** Held by holds whose time is over: a booking may have them. */
  readonly overdue: number;
}

const idOf = (eventId: string): string => `EVENT#${eventId}`;

export function shardsOf({ items }: Moment, eventId: string): Shard[] {
  const found: Shard[] = [];
  for (const [key, item] of items) {
    if (key.startsWith(`${idOf(eventId)}#`) && key.endsWith(' / INVENTORY')) found.push(item as unknown as Shard);
  }
  return found;
}

export function bookingsOf({ items }: Moment, eventId: string): Booking[] {
  const found: Booking[] = [];
  for (const [key, item] of items) {
    if (key.includes(' / BOOKING#') && item.eventId === eventId) found.push(item as unknown as Booking);
  }
  return found;
}

/** Seats of the one tier of an event. @param at a time of the moment */
export function stockOf(moment: Moment, eventId: string, at: number): Stock {
  const shards = shardsOf(moment, eventId);
  const sum = (count: (shard: Shard) => number) => shards.reduce((total, shard) => total + count(shard), 0);
  const now = new Date(at).toISOString();
  const overdue = bookingsOf(moment, eventId).filter((booking) => isExpired(booking, now));
  return {
    available: sum(({ available }) => available),
    held: sum(({ held }) => held),
    sold: sum(({ sold }) => sold),
    waiting: shards.some(({ waiting }) => waiting),
    overdue: overdue.reduce((total, { quantity }) => total + quantity, 0),
  };
}

export const eventOf = ({ items }: Moment, eventId: string): Item | undefined => items.get(`${idOf(eventId)} / EVENT`);

export function entriesOf({ items }: Moment, eventId: string): Item[] {
  const found: Item[] = [];
  for (const [key, item] of items) {
    if (key.startsWith(`${idOf(eventId)}#`) && key.includes(' / WAITLIST#')) found.push(item);
  }
  return found;
}

/** What counts against a person's limit: bookings, holds and the place in line. */
export function countedOf(moment: Moment, eventId: string, userId: string): number {
  const taken = bookingsOf(moment, eventId).filter(
    (booking) => booking.userId === userId && (booking.status === 'HELD' || booking.status === 'CONFIRMED'),
  );
  const waits = entriesOf(moment, eventId).filter((entry) => entry.userId === userId && entry.status === 'WAITING');
  return [...taken, ...waits].reduce((sum, { quantity }) => sum + Number(quantity), 0);
}
