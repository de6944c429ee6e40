import type { Event, EventView } from '../domain/event.ts';
import { eventView, type TierStock } from '../domain/event-view.ts';
import type { Shard } from '../domain/inventory.ts';
import { limits } from '../domain/limits.ts';
import { listExpiredHolds } from './booking-list-store.ts';
import { Memory } from './instance-memory.ts';
import { readShardsOf } from './inventory-store.ts';

type Stock = Map<string, TierStock>;

/** What an event's shards held, per version of the event: read at most once a second by an instance. */
const knownStock = new Memory<Promise<Stock>>(limits.availabilityMemoryMs, limits.rememberedEvents);

/** Reads what is not remembered, of all events in one go. Those who ask meanwhile wait for the same reading. */
function stockOf(events: readonly Event[]): Promise<Stock[]> {
  const known = events.map((event) => knownStock.get(keyOf(event)));
  const unknown = events.filter((_event, index) => known[index] === undefined);
  const reading = readShardsOf(unknown);
  const fresh = unknown.map((event, index) => {
    const stock = reading.then((shards) => sumUp(event, shards[index] ?? new Map()));
    knownStock.set(keyOf(event), stock);
    // A failed reading is the answer of those who wait for it, and of nobody else.
    stock.catch(() => knownStock.delete(keyOf(event)));
    return stock;
  });
  return Promise.all(
    known.map((stock) => stock ?? fresh.shift() ?? Promise.reject(new Error('an event has no stock'))),
  );
}

const keyOf = (event: Event): string => `${event.eventId}@${event.version}`;

/** Seats of holds whose time is over count as available, whether or not they were given back already. */
async function sumUp(event: Event, shards: ReadonlyMap<string, readonly Shard[]>): Promise<Stock> {
  const total = (tier: readonly Shard[], count: (shard: Shard) => number) =>
    tier.reduce((sum, shard) => sum + count(shard), 0);
  const anyHeld = [...shards.values()].some((tier) => total(tier, ({ held }) => held) > 0);
  const overdue = anyHeld ? await listExpiredHolds(event) : [];
  return new Map(
    [...shards].map(([tierId, tier]) => {
      const held = total(tier, (shard) => shard.held);
      const expired = overdue.filter((hold) => hold.tierId === tierId).reduce((sum, hold) => sum + hold.quantity, 0);
      const available = total(tier, (shard) => shard.available) + Math.min(expired, held);
      return [tierId, { available, waiting: tier.some((shard) => shard.waiting) }];
    }),
  );
}

/** Events as the API shows them; `available` is at most a second old. @throws {DomainError} busy */
export async function viewEvents(events: readonly Event[]): Promise<EventView[]> {
  const stock = await stockOf(events);
  const now = new Date().toISOString();
  return events.map((event, index) => eventView(event, stock[index] ?? new Map(), now));
}

/** One event, as `viewEvents`. @throws {DomainError} busy */
export async function viewEvent(event: Event): Promise<EventView> {
  const [view] = await viewEvents([event]);
  if (!view) throw new Error('one event has one view');
  return view;
}
