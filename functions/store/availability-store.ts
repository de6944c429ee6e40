import type { Event, EventView } from '../domain/event.ts';
import { eventView, type TierStock } from '../domain/event-view.ts';
import { limits } from '../domain/limits.ts';
import { readShards } from './inventory-store.ts';

type Stock = Map<string, TierStock>;

/** What an event's shards held, per version of the event: read at most once a second by an instance. */
const memory = new Map<string, { at: number; stock: Promise<Stock> }>();
const maxEvents = 2_000;

async function readStock(event: Event): Promise<Stock> {
  const shards = await readShards(event.eventId, event.tiers);
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

function stockOf(event: Event): Promise<Stock> {
  const key = `${event.eventId}@${event.version}`;
  const known = memory.get(key);
  if (known && Date.now() - known.at < limits.availabilityMemoryMs) return known.stock;
  const stock = readStock(event);
  memory.delete(key);
  memory.set(key, { at: Date.now(), stock });
  // A failed read is nobody's answer but of those who wait for it now.
  stock.catch(() => memory.delete(key));
  for (const oldest of memory.keys()) {
    if (memory.size <= maxEvents) break;
    memory.delete(oldest);
  }
  return stock;
}

/** Events as the API shows them; `available` is at most a second old. @throws {DomainError} busy */
export function viewEvents(events: readonly Event[]): Promise<EventView[]> {
  const now = new Date().toISOString();
  return Promise.all(events.map(async (event) => eventView(event, await stockOf(event), now)));
}

/** One event, as `viewEvents`. @throws {DomainError} busy */
export async function viewEvent(event: Event): Promise<EventView> {
  return eventView(event, await stockOf(event), new Date().toISOString());
}
