import { checkEvent, type EventEntry, noTotals, type TierEntry, type Totals } from './check-event.ts';
import { checkPerson, partitionOf } from './check-person.ts';
import { createStatisticsAudit } from './check-statistics.ts';
import { checkLine, noWaits, placeNumber } from './check-waitlist.ts';
import { createJudge, type Report } from './findings.ts';
import { type Item, integer, type Kind, keyOf, kindOf, list, shardPlace } from './items.ts';

export interface Ledger {
  /** Takes one item of the table. Items of one partition come one after another, as a scan gives them. */
  add(item: Item): void;
  /** Judges what was taken. */
  close(): Report;
  readonly counts: Record<Kind, number>;
}

/**
 * Checks a table while it is read: of bookings only sums are kept, one set a shard, so that memory grows with the
 * number of events and not with what is sold.
 */
export function createLedger(): Ledger {
  const counts = {
    ...{ waitlist: 0, 'waitlist entry': 0, waiting: 0, place: 0 },
    event: 0,
    shard: 0,
    booking: 0,
    idempotency: 0,
    purchases: 0,
    ownership: 0,
    profile: 0,
    access: 0,
    deletion: 0,
    notification: 0,
    inbox: 0,
    continuation: 0,
    statistics: 0,
    seen: 0,
    roles: 0,
    'deleted event': 0,
    'audit entry': 0,
    failure: 0,
    rate: 0,
    unknown: 0,
  };
  const events = new Map<string, EventEntry>();
  const judge = createJudge();
  const statistics = createStatisticsAudit();
  let person: { pk: string; items: Item[] } | undefined;
  let line: { pk: string; items: Item[] } | undefined;

  const entryOf = (eventId: string): EventEntry => {
    const entry = events.get(eventId) ?? { owners: [], tiers: new Map(), partition: -1 };
    events.set(eventId, entry);
    return entry;
  };
  const closePerson = () => {
    if (person) checkPerson(person.pk, person.items, judge.about({ kind: 'person', pk: person.pk }));
    person = undefined;
  };
  const addToPerson = (item: Item) => {
    const pk = String(item.pk);
    if (person?.pk !== pk) closePerson();
    person ??= { pk, items: [] };
    person.items.push(item);
  };

  const closeLine = () => {
    if (!line) return;
    const { eventId, tierId } = shardPlace({ pk: line.pk });
    tierOf(entryOf(eventId), tierId).line = checkLine(line.items, judge.about({ kind: 'event', eventId }));
    line = undefined;
  };
  const addToLine = (item: Item) => {
    const pk = String(item.pk);
    if (line?.pk !== pk) closeLine();
    line ??= { pk, items: [] };
    line.items.push(item);
  };

  return {
    counts,
    add(item) {
      const kind = kindOf(item);
      counts[kind] += 1;
      if (kind === 'event') entryOf(String(item.pk).slice('EVENT#'.length)).event = factsOf(item);
      if (kind === 'ownership') entryOf(String(item.sk).slice('EVENT#'.length)).owners.push(item);
      if (kind === 'shard') addShard(entryOf(shardPlace(item).eventId), item);
      if (kind === 'booking') addBooking(entryOf(String(item.eventId)), item);
      if (kind === 'shard') statistics.addShard(item);
      if (kind === 'booking') statistics.addBooking(item);
      if (kind === 'statistics') statistics.addNumbers(item);
      if (kind === 'seen') statistics.addSeen(item);
      if (kind === 'place') addPlace(entryOf(String(item.eventId)), item);
      if (kind === 'waitlist' || kind === 'waitlist entry' || kind === 'waiting') addToLine(item);
      if (kind === 'booking' || kind === 'idempotency' || kind === 'purchases' || kind === 'place') addToPerson(item);
      if (kind === 'notification' || kind === 'inbox') addToPerson(item);
      if (kind === 'access' || kind === 'deletion' || kind === 'profile') addToPerson(item);
    },
    close() {
      closePerson();
      closeLine();
      for (const [eventId, entry] of events) checkEvent(eventId, entry, judge.about({ kind: 'event', eventId }));
      statistics.close(judge.about({ kind: 'statistics' }));
      return judge.report;
    },
  };
}

/** An event without its texts, which are most of its bytes. */
function factsOf(event: Item): Item {
  const { description: _description, search: _search, venue: _venue, ...facts } = event;
  return facts;
}

function tierOf(entry: EventEntry, tierId: string): TierEntry {
  const tier = entry.tiers.get(tierId) ?? { shards: new Map(), booked: new Map(), total: noTotals(), waits: noWaits() };
  entry.tiers.set(tierId, tier);
  return tier;
}

function addShard(entry: EventEntry, item: Item): void {
  const { tierId, shard } = shardPlace(item);
  tierOf(entry, tierId).shards.set(shard, item);
}

function addPlace(entry: EventEntry, place: Item): void {
  const { waits } = tierOf(entry, String(place.tierId));
  if (place.status !== 'WAITING') return;
  waits.places += 1;
  waits.placeSum += placeNumber(place);
}

function addBooking(entry: EventEntry, booking: Item): void {
  const tier = tierOf(entry, String(booking.tierId));
  tier.booking ??= keyOf(booking);
  if (booking.promoted === true) tier.waits.promoted += 1;
  count(tier.total, booking, integer(booking, 'quantity'), integer(booking, 'total'), 1);
  for (const [index, draw] of list(booking, 'draws').entries()) {
    const shard = integer(draw, 'shard');
    const totals = tier.booked.get(shard) ?? noTotals();
    tier.booked.set(shard, totals);
    const quantity = integer(draw, 'quantity');
    count(totals, booking, quantity, quantity * integer(booking, 'unitPrice'), index === 0 ? 1 : 0);
  }
  const partition = partitionOf(booking);
  if (partition > entry.partition) {
    entry.partition = partition;
    entry.booking = keyOf(booking);
  }
}

/** A hold that was never confirmed has no `confirmedAt`: it was no booking, and its end no cancellation. */
function count(totals: Totals, booking: Item, quantity: number, revenue: number, bookings: number): void {
  const { status, wasHeld } = booking;
  const wasConfirmed = booking.confirmedAt !== undefined;
  if (wasConfirmed) totals.bookings += bookings;
  if (wasHeld === true) totals.holds += bookings;
  if (status === 'HELD') totals.held += quantity;
  if (status === 'CONFIRMED') {
    totals.sold += quantity;
    totals.revenue += revenue;
  }
  if (status === 'CANCELLED' && wasConfirmed) totals.cancelled += quantity;
}
