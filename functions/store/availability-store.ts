import type { Event, EventView } from '../domain/event.ts';
import { eventView, type TierStock } from '../domain/event-view.ts';
import { limits } from '../domain/limits.ts';
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
    const stock = reading.then((shards) => sumUp(shards[index]));
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

function sumUp(shards: ReadonlyMap<string, readonly TierStock[]> = new Map()): Stock {
  return new Map(
    [...shards].map(([tierId, tier]) => [
      tierId,
      {
        available: tier.reduce((sum, shard) => sum + shard.available, 0),
        waiting: tier.some((shard) => shard.waiting),
      },
    ]),
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
