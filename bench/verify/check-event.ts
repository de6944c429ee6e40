import * as keys from '../../functions/store/keys.ts';
import { checkWaits, type Line, type Waits } from './check-waitlist.ts';
import type { Verdicts } from './findings.ts';
import { type Item, integer, keyOf, list } from './items.ts';

/** What bookings have done to a shard, or to all shards of a tier. */
export interface Totals {
  sold: number;
  held: number;
  cancelled: number;
  revenue: number;
  bookings: number;
  holds: number;
}
export const noTotals = (): Totals => ({ sold: 0, held: 0, cancelled: 0, revenue: 0, bookings: 0, holds: 0 });
const totalNames = Object.keys(noTotals()) as (keyof Totals)[];

export interface TierEntry {
  shards: Map<number, Item>;
  /** By shard, from the draws of the bookings. */
  booked: Map<number, Totals>;
  /** From the bookings as a whole. */
  total: Totals;
  /** From the partition of the waitlist, where there is one. */
  line?: Line;
  /** From people's places and bookings. */
  waits: Waits;
  /** One of its bookings, to name where there is no event. */
  booking?: keys.Key;
}

/** All that a table holds about one event. */
export interface EventEntry {
  event?: Item;
  owners: Item[];
  tiers: Map<string, TierEntry>;
  /** Highest index partition among its bookings, and the booking that is there. */
  partition: number;
  booking?: keys.Key;
}

export function checkEvent(eventId: string, entry: EventEntry, verdict: Verdicts): void {
  checkOwnership(eventId, entry, verdict);
  const { event } = entry;
  const tiers = new Map(list(event, 'tiers').map((tier) => [String(tier.tierId), tier]));
  for (const [tierId, found] of entry.tiers) {
    const name = keys.tierKey(eventId, tierId);
    for (const shard of found.shards.values()) checkBalance(shard, verdict);
    checkTotals(name, found, verdict);
    const tier = tiers.get(tierId);
    const example = [...found.shards.values()].map(keyOf)[0] ?? found.booking ?? name;
    verdict('no orphans', event !== undefined, example, () => `there is no event ${eventId}`);
    if (event) verdict('no orphans', tier !== undefined, example, () => `the event has no tier ${tierId}`);
  }
  if (!event) return;
  for (const [tierId, tier] of tiers) {
    const found = entry.tiers.get(tierId);
    checkTier(event, tier, found?.shards ?? new Map(), verdict);
    if (found) checkWaits(event, tier, found, verdict);
  }
  checkIndex(event, entry, verdict);
  checkCancelled(event, entry, verdict);
}

function checkCancelled(event: Item, { tiers }: EventEntry, verdict: Verdicts): void {
  for (const shard of [...tiers.values()].flatMap(({ shards }) => [...shards.values()])) {
    const { sold, held, waiting } = shard;
    const text = `sold ${sold}, held ${held}${waiting === true ? ', and people wait' : ''}`;
    const isOver = sold === 0 && held === 0 && waiting !== true;
    verdict('cancelled event', event.status !== 'CANCELLED' || isOver, keyOf(shard), () => text);
  }
}

function checkOwnership(eventId: string, { event, owners }: EventEntry, verdict: Verdicts): void {
  for (const owner of owners) {
    const isTheirs = event !== undefined && owner.organizerId === event.organizerId;
    const wanted = keys.ownedEventKey(String(event?.organizerId), eventId);
    const isListed = owner.gsi1pk === keys.allEvents && owner.gsi1sk === eventId;
    verdict('ownership', isTheirs && owner.pk === wanted.pk, keyOf(owner), () =>
      event ? `the event belongs to ${event.organizerId}` : `there is no event ${eventId}`,
    );
    verdict('ownership', isListed, keyOf(owner), () => 'the index does not have it among all events');
  }
  if (!event) return;
  verdict('ownership', owners.length === 1, keyOf(event), () => `it has ${owners.length} ownership items`);
}

function checkBalance(shard: Item, verdict: Verdicts): void {
  const [available, held, sold, capacity] = ['available', 'held', 'sold', 'capacity'].map((name) =>
    integer(shard, name),
  ) as [number, number, number, number];
  const text = `available ${shard.available} + held ${shard.held} + sold ${shard.sold}, capacity ${shard.capacity}`;
  verdict('shard balance', available + held + sold === capacity, keyOf(shard), () => text);
  verdict('shard balance', Math.min(available, held, sold, capacity) >= 0, keyOf(shard), () => `below 0: ${text}`);
}

function checkTotals(tier: string, { shards, booked, total }: TierEntry, verdict: Verdicts): void {
  const numbers = new Set([...shards.keys(), ...booked.keys()]);
  for (const number of numbers) {
    const shard = shards.get(number);
    const wanted = booked.get(number) ?? noTotals();
    const where = shard ? keyOf(shard) : `${tier}, shard ${number}`;
    for (const name of totalNames) {
      verdict('shard totals', integer(shard, name) === wanted[name], where, () =>
        shard
          ? `${name} is ${shard[name]}, its bookings make ${wanted[name]}`
          : `bookings drew from it (${name} ${wanted[name]}), and it does not exist`,
      );
    }
  }
  for (const name of totalNames) {
    const sum = [...shards.values()].reduce((value, shard) => value + integer(shard, name), 0);
    verdict('tier totals', sum === total[name], tier, () => `${name} is ${sum}, its bookings make ${total[name]}`);
  }
}

function checkTier(event: Item, tier: Item, shards: ReadonlyMap<number, Item>, verdict: Verdicts): void {
  const name = keys.tierKey(String(event.eventId), String(tier.tierId));
  const capacity = [...shards.values()].reduce((sum, shard) => sum + integer(shard, 'capacity'), 0);
  verdict('tier capacity', capacity === integer(tier, 'capacity'), name, () => {
    return `its shards have ${capacity} seats, the event says ${tier.capacity}`;
  });
  const count = integer(tier, 'shards');
  const numbers = [...shards.keys()].sort((a, b) => a - b);
  const isWhole = numbers.length === count && numbers.every((number, index) => number === index);
  verdict('shard count', isWhole, name, () => `it has the shards ${numbers.join(', ') || 'none'} of ${tier.shards}`);

  // Written down once more on purpose: what the service copies by must not be what it is judged by.
  const wanted: Item = {
    status: event.status,
    unitPrice: tier.price,
    currency: tier.currency,
    saleOpensAt: tier.saleOpensAt,
    saleClosesAt: tier.saleClosesAt ?? event.startsAt,
    ruleVersion: tier.ruleVersion,
    tierKey: name,
  };
  for (const [number, shard] of shards) {
    const differs = Object.keys(wanted).filter((rule) => shard[rule] !== wanted[rule]);
    const text = differs.map((rule) => `${rule} is ${shard[rule]}, the event says ${wanted[rule]}`).join('; ');
    verdict('shard rules', differs.length === 0, keyOf(shard), () => text);
    verdict('shard rules', shard.shard === number, keyOf(shard), () => `it calls itself shard ${shard.shard}`);
  }
}

function checkIndex(event: Item, { partition, booking }: EventEntry, verdict: Verdicts): void {
  const isPublished = event.status === 'PUBLISHED';
  const sort = keys.publishedEventSort({ startsAt: String(event.startsAt), eventId: String(event.eventId) });
  const isListed = event.gsi1pk === keys.publishedEvents && event.gsi1sk === sort;
  const isIndexed = event.gsi1pk !== undefined || event.gsi1sk !== undefined;
  verdict('listed event', isPublished ? isListed : !isIndexed, keyOf(event), () =>
    isPublished
      ? `it is published, and not in the index at ${sort}`
      : `it is ${event.status}, and in the index at ${event.gsi1sk}`,
  );
  if (!booking) return;
  verdict('booking whole', partition < integer(event, 'bookingPartitions'), booking, () => {
    return `it is in index partition ${partition}, and only ${event.bookingPartitions} are read`;
  });
}
