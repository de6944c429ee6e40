import * as keys from '../../../functions/store/keys.ts';
import { type Item, integer, list } from '../items.ts';
import type { AuditVerdicts } from './report.ts';
import type { Rebuilt } from './trail.ts';

/** Counters of a shard. `available` follows from the others. */
interface Counters {
  capacity: number;
  sold: number;
  held: number;
  bookings: number;
  holds: number;
  cancelled: number;
  revenue: number;
}
type Counter = keyof Counters;

/** A shard as the trails of its event and its bookings make it. */
interface Stock extends Counters {
  unitPrice: unknown;
  status: unknown;
  waiting: boolean;
}

/** All shards that trails make, by their partition keys. Written down once more on purpose, as the service is judged by it. */
export function rebuildInventory(trails: {
  events: Iterable<Rebuilt>;
  bookings: Iterable<Rebuilt>;
  waiting: Iterable<Rebuilt>;
}): Map<string, Stock> {
  const shards = new Map<string, Stock>();
  for (const event of trails.events) for (const [pk, stock] of shardsOf(event)) shards.set(pk, stock);
  for (const { state } of trails.bookings) if (state) addBooking(shards, state);
  for (const { state } of trails.waiting) {
    if (state?.status !== 'WAITING') continue;
    const tier = `${keys.tierKey(String(state.eventId), String(state.tierId))}#SHARD#`;
    for (const [pk, stock] of shards) if (pk.startsWith(tier)) stock.waiting = true;
  }
  return shards;
}

/** The shards of an event without any booking: each tier as it was split, and every change of capacity since. */
function shardsOf({ state, states }: Rebuilt): Map<string, Stock> {
  const seats = new Map<string, number[]>();
  for (const each of states) {
    const tiers = new Map(list(each, 'tiers').map((tier) => [String(tier.tierId), tier]));
    for (const tierId of seats.keys()) if (!tiers.has(tierId)) seats.delete(tierId);
    for (const [tierId, tier] of tiers) {
      if (!seats.has(tierId)) seats.set(tierId, split(integer(tier, 'capacity'), integer(tier, 'shards')));
    }
    addChanges(seats, each);
  }
  const shards = new Map<string, Stock>();
  for (const tier of list(state, 'tiers')) {
    const tierId = String(tier.tierId);
    for (const [n, capacity] of (seats.get(tierId) ?? []).entries()) {
      const none = { sold: 0, held: 0, bookings: 0, holds: 0, cancelled: 0, revenue: 0, waiting: false };
      const stock = { capacity, ...none, unitPrice: tier.price, status: state?.status };
      shards.set(keys.shardKey(String(state?.eventId), tierId, n).pk, stock);
    }
  }
  return shards;
}

/** A version of an event that changes capacities says by how much in each shard. */
function addChanges(seats: ReadonlyMap<string, number[]>, event: Item): void {
  const { seatChanges, version } = event;
  if (typeof seatChanges !== 'object' || seatChanges === null) return;
  const changes = seatChanges as { version?: unknown; tiers?: Record<string, Record<string, number>> };
  if (changes.version !== version) return;
  for (const [tierId, shards] of Object.entries(changes.tiers ?? {})) {
    const tier = seats.get(tierId) ?? [];
    for (const [n, change] of Object.entries(shards)) tier[Number(n)] = (tier[Number(n)] ?? Number.NaN) + change;
  }
}

function split(capacity: number, shards: number): number[] {
  if (!Number.isSafeInteger(capacity) || !Number.isSafeInteger(shards)) return [];
  const rest = capacity % shards;
  return Array.from({ length: shards }, (_, n) => Math.floor(capacity / shards) + (n < rest ? 1 : 0));
}

function addBooking(shards: ReadonlyMap<string, Stock>, booking: Item): void {
  const wasConfirmed = booking.confirmedAt !== undefined;
  for (const [index, draw] of list(booking, 'draws').entries()) {
    const key = keys.shardKey(String(booking.eventId), String(booking.tierId), integer(draw, 'shard'));
    const stock = shards.get(key.pk);
    if (!stock) continue;
    const quantity = integer(draw, 'quantity');
    if (index === 0 && wasConfirmed) stock.bookings += 1;
    if (index === 0 && booking.wasHeld === true) stock.holds += 1;
    if (booking.status === 'HELD') stock.held += quantity;
    if (booking.status === 'CANCELLED' && wasConfirmed) stock.cancelled += quantity;
    if (booking.status !== 'CONFIRMED') continue;
    stock.sold += quantity;
    stock.revenue += quantity * integer(booking, 'unitPrice');
  }
}

const counters: readonly Counter[] = ['capacity', 'sold', 'held', 'bookings', 'holds', 'cancelled', 'revenue'];

/** Compares what was rebuilt with the shards of the table. */
export function checkInventory(
  rebuilt: ReadonlyMap<string, Stock>,
  stored: ReadonlyMap<string, Item>,
  verdict: AuditVerdicts,
): void {
  for (const pk of new Set([...rebuilt.keys(), ...stored.keys()])) {
    const [wanted, shard] = [rebuilt.get(pk), stored.get(pk)];
    const text = wanted && shard ? differences(wanted, shard) : [shard ? 'no trail makes it' : 'the table lacks it'];
    verdict('audited inventory', text.length === 0, pk, () => text.join('; '));
  }
}

function differences(wanted: Stock, shard: Item): string[] {
  const available = wanted.capacity - wanted.sold - wanted.held;
  const { waiting, unitPrice, status } = wanted;
  const all: Record<string, unknown> = { available, waiting, unitPrice, status };
  for (const counter of counters) all[counter] = wanted[counter];
  return Object.entries(all)
    .filter(([name, value]) => shard[name] !== value)
    .map(([name, value]) => `${name} is ${shard[name]}, trails make ${value}`);
}
