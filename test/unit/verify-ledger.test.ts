import { describe, expect, test } from 'vitest';
import type { Finding } from '../../bench/verify/findings.ts';
import { type Rule, rules } from '../../bench/verify/findings.ts';
import type { Item } from '../../bench/verify/items.ts';
import { createLedger } from '../../bench/verify/ledger.ts';
import type { Event } from '../../functions/domain/event.ts';
import { splitEvenly } from '../../functions/domain/inventory.ts';
import * as keys from '../../functions/store/keys.ts';
import { storedEvent, tierBody } from '../support/factories.ts';
import { statisticsItems } from '../support/statistics-items.ts';
import { waitlistItems } from '../support/waitlist-items.ts';

const now = '2026-01-02T00:00:00.000Z';

interface Sale {
  userId: string;
  bookingId: string;
  draws: { shard: number; quantity: number }[];
  status?: 'CONFIRMED' | 'CANCELLED';
}

/** Three people on one event of two tiers: a booking over two shards, a cancelled one, one with a purchase count. */
const sales: Sale[] = [
  { userId: 'ada', bookingId: 'bkg_1', draws: [{ shard: 0, quantity: 2 }] },
  { userId: 'ada', bookingId: 'bkg_2', draws: [{ shard: 1, quantity: 1 }], status: 'CANCELLED' },
  {
    userId: 'bob',
    bookingId: 'bkg_3',
    draws: [
      { shard: 1, quantity: 3 },
      { shard: 0, quantity: 1 },
    ],
  },
];

function bookingItem(event: Event, { userId, bookingId, draws, status = 'CONFIRMED' }: Sale): Item {
  const quantity = draws.reduce((sum, draw) => sum + draw.quantity, 0);
  return {
    ...keys.bookingKey(userId, bookingId),
    gsi1pk: keys.eventBookings(event.eventId, 0),
    gsi1sk: keys.eventBookingSort({ createdAt: now, bookingId }),
    bookingId,
    userId,
    draws,
    quantity,
    status,
    eventId: event.eventId,
    eventName: event.name,
    tierId: 'standard',
    unitPrice: 4_900,
    total: quantity * 4_900,
    currency: 'EUR',
    partition: 0,
    counted: true,
    wasHeld: false,
    confirmedAt: now,
    ...(status === 'CANCELLED' && { cancelledAt: now }),
    createdAt: now,
    updatedAt: now,
  };
}

/** What the buyer was told of a booking, all of it unread. */
function newsItems(bookings: Item[]): Item[] {
  const userId = String(bookings[0]?.userId);
  const kinds = bookings.flatMap(({ bookingId, eventId, promoted, status }) => [
    { bookingId, eventId, kind: promoted ? 'promoted' : 'booking-confirmed' },
    ...(status === 'CANCELLED' ? [{ bookingId, eventId, kind: 'booking-cancelled' }] : []),
  ]);
  return [
    ...kinds.map((content, n) => {
      const notificationId = `ntf_${userId}-${n}`;
      return { ...keys.notificationKey(userId, notificationId), notificationId, userId, read: false, ...content };
    }),
    { ...keys.inboxKey(userId), unread: kinds.length },
  ];
}

function recordItem(booking: Item, key: string): Item {
  const { pk, sk, gsi1pk, gsi1sk, draws, partition, counted, wasHeld, confirmedAt, userId, ...answer } = booking;
  return {
    ...keys.idempotencyKey(String(userId), 'createBooking', key),
    body: JSON.stringify({ ...answer, status: 'CONFIRMED' }),
  };
}

function shardItems(event: Event, bookings: Item[]): Item[] {
  return event.tiers.flatMap((tier) =>
    splitEvenly(tier.capacity, tier.shards).map((capacity, shard) => {
      const sum = (status: string, value: (quantity: number) => number) =>
        bookings
          .filter((booking) => booking.tierId === tier.tierId && booking.status === status)
          .flatMap((booking) => booking.draws as Sale['draws'])
          .filter((draw) => draw.shard === shard)
          .reduce((total, { quantity }) => total + value(quantity), 0);
      const sold = sum('CONFIRMED', (quantity) => quantity);
      return {
        ...keys.shardKey(event.eventId, tier.tierId, shard),
        shard,
        tierKey: keys.tierKey(event.eventId, tier.tierId),
        capacity,
        available: capacity - sold,
        held: 0,
        sold,
        waiting: tier.tierId === 'standard',
        bookings: bookings.filter((b) => b.tierId === tier.tierId && (b.draws as Sale['draws'])[0]?.shard === shard)
          .length,
        holds: 0,
        cancelled: sum('CANCELLED', (quantity) => quantity),
        revenue: sum('CONFIRMED', (quantity) => quantity * tier.price),
        version: 9,
        status: event.status,
        unitPrice: tier.price,
        currency: tier.currency,
        saleClosesAt: event.startsAt,
        ruleVersion: tier.ruleVersion,
      };
    }),
  );
}

function healthyTable(): Item[] {
  const event = storedEvent({
    tiers: [tierBody({ capacity: 150, maxPerUser: 10 }), tierBody({ tierId: 'vip', capacity: 5, price: 9_900 })],
  });
  const bookings = sales.map((sale) => bookingItem(event, sale));
  const [first, second, third] = bookings as [Item, Item, Item];
  first.idempotencyKey = third.idempotencyKey = 'k1';
  second.idempotencyKey = 'k2';
  third.promoted = true;
  const purchases = (userId: string, quantity: number) => ({
    ...keys.purchasesKey(userId, event.eventId),
    'tickets#standard': quantity,
    tickets: quantity,
  });
  return [
    {
      ...keys.eventKey(event.eventId),
      gsi1pk: keys.publishedEvents,
      gsi1sk: keys.publishedEventSort(event),
      ...event,
    },
    {
      ...keys.ownedEventKey(event.organizerId, event.eventId),
      gsi1pk: keys.allEvents,
      gsi1sk: event.eventId,
      eventId: event.eventId,
      organizerId: event.organizerId,
    },
    ...shardItems(event, bookings),
    first,
    second,
    recordItem(first, 'k1'),
    recordItem(second, 'k2'),
    purchases('ada', 2),
    ...newsItems([first, second]),
    third,
    recordItem(third, 'k1'),
    purchases('bob', 4),
    ...newsItems([third]),
    // Cleo was here.
    { ...keys.accessKey('cleo'), deletedAt: now },
    { ...keys.deletionKey('cleo'), userId: 'cleo', doneAt: now },
    { ...keys.inboxKey('cleo'), closedAt: now },
    // Bob came off the waitlist; Ada waits for more seats than are free.
    ...waitlistItems({ eventId: event.eventId, tierId: 'standard' }, [
      { userId: 'bob', quantity: 4, status: 'PROMOTED', bookingId: 'bkg_3' },
      { userId: 'ada', quantity: 200, status: 'WAITING' },
    ]),
    ...statisticsItems({
      eventId: event.eventId,
      day: now.slice(0, 10),
      numbers: { bookings: 3, sold: 7, cancelled: 1, 'revenue#EUR': 6 * 4_900 },
      tierId: 'standard',
      shards: [
        { tierId: 'standard', shard: 0, version: 9, capacity: 75 },
        { tierId: 'standard', shard: 1, version: 9, capacity: 75 },
        { tierId: 'vip', shard: 0, version: 9, capacity: 5 },
      ],
    }),
  ];
}

function verify(items: Item[]) {
  const ledger = createLedger();
  for (const item of items) ledger.add(item);
  return { ...ledger.close(), counts: ledger.counts };
}

const brokenRules = (findings: Finding[]): string[] => [...new Set(findings.map(({ rule }) => rule))];

/** The only item whose sort key starts so, in partition `pk` where given. */
function pick(items: Item[], sk: string, pk = ''): Item {
  const found = items.find((item) => String(item.sk).startsWith(sk) && String(item.pk).includes(pk));
  if (!found) throw new Error(`no item ${sk}`);
  return found;
}
function remove(items: Item[], item: Item): void {
  items.splice(items.indexOf(item), 1);
}
/** Adds an item like `item` at another sort key. */
function copy(items: Item[], item: Item, sk: string): void {
  items.push({ ...item, sk });
}
/** The first tier in the event item. */
const tier = (items: Item[]): Item => (pick(items, 'EVENT').tiers as Item[])[0] as Item;
const rename = (item: Item, changes: Item) => Object.assign(item, changes);
const answer = (record: Item, changes: object) =>
  rename(record, { body: JSON.stringify({ ...JSON.parse(String(record.body)), ...changes }) });
const add = (item: Item, name: string, amount: number) => rename(item, { [name]: Number(item[name]) + amount });
/** Takes seats from one counter of a shard and gives them to another, so that the balance holds. */
function move(items: Item[], from: string, to: string, amount = 1): void {
  const shard = pick(items, 'INVENTORY');
  add(add(shard, from, -amount), to, amount);
}

/** Each breaks one thing in a healthy table, and must be found by the rule that it is listed under. */
const damages: [Rule, string, (items: Item[]) => void][] = [
  ['shard balance', 'a seat that vanished', (items) => add(pick(items, 'INVENTORY'), 'available', -1)],
  ['shard balance', 'fewer than no seats', (items) => move(items, 'available', 'sold', 200)],
  ['shard balance', 'a counter that is text', (items) => rename(pick(items, 'INVENTORY'), { available: '73' })],
  ['shard totals', 'a seat sold to nobody', (items) => move(items, 'available', 'sold')],
  ['shard totals', 'a seat held for nobody', (items) => move(items, 'available', 'held')],
  ['shard totals', 'revenue without a booking', (items) => add(pick(items, 'INVENTORY'), 'revenue', 1)],
  ['shard totals', 'a cancellation twice', (items) => add(pick(items, 'INVENTORY', '#01'), 'cancelled', 1)],
  ['shard totals', 'a booking not counted', (items) => add(pick(items, 'INVENTORY'), 'bookings', -1)],
  [
    'shard totals',
    'a draw from another shard than the one that gave it',
    (items) => {
      const [draw] = pick(items, 'BOOKING#bkg_1').draws as Item[];
      rename(draw as Item, { shard: 1 });
    },
  ],
  ['tier totals', 'a booking that was lost', (items) => remove(items, pick(items, 'BOOKING#bkg_3'))],
  ['tier totals', 'a price that only the booking knows', (items) => add(pick(items, 'BOOKING#bkg_1'), 'total', 1)],
  [
    'tier totals',
    'a cancelled booking that keeps its seats',
    (items) => {
      rename(pick(items, 'BOOKING#bkg_1'), { status: 'CANCELLED', cancelledAt: now });
    },
  ],
  ['tier capacity', 'an event that promises more', (items) => add(tier(items), 'capacity', 1)],
  [
    'tier capacity',
    'a shard that grew alone',
    (items) => add(add(pick(items, 'INVENTORY'), 'capacity', 1), 'available', 1),
  ],
  ['shard count', 'a missing shard', (items) => remove(items, pick(items, 'INVENTORY', 'vip'))],
  ['shard count', 'one shard too many', (items) => add(tier(items), 'shards', -1)],
  ['shard rules', 'an old price on one shard', (items) => rename(pick(items, 'INVENTORY'), { unitPrice: 1 })],
  ['shard rules', 'an old sale window', (items) => rename(tier(items), { saleClosesAt: now })],
  ['shard rules', 'a sale that opens later', (items) => rename(tier(items), { saleOpensAt: now })],
  ['shard rules', 'another currency', (items) => rename(pick(items, 'INVENTORY'), { currency: 'USD' })],
  ['shard rules', 'an old rule version', (items) => add(pick(items, 'INVENTORY'), 'ruleVersion', 1)],
  ['shard rules', 'a draft whose shards sell', (items) => rename(pick(items, 'EVENT'), { status: 'DRAFT' })],
  ['who waits', 'a wait that nobody is in', (items) => rename(pick(items, 'INVENTORY', '#vip#'), { waiting: true })],
  ['who waits', 'seats for all while people wait', (items) => rename(pick(items, 'INVENTORY'), { waiting: false })],
  ['waitlist count', 'one in line too many', (items) => add(pick(items, 'WAITLIST'), 'waiting', 1)],
  ['waitlist count', 'a quantity that nobody wants', (items) => rename(pick(items, 'WAITLIST'), { 'waiting#2': 1 })],
  ['waitlist count', 'a block that is too small', (items) => add(pick(items, 'WAITLIST'), 'block#0', -1)],
  ['waitlist count', 'a number that comes again', (items) => rename(pick(items, 'WAITLIST'), { nextSeq: 2 })],
  ['waitlist count', 'entries without a list', (items) => remove(items, pick(items, 'WAITLIST'))],
  ['waitlist line', 'an entry that is not in line', (items) => remove(items, pick(items, 'WAITING#'))],
  [
    'waitlist line',
    'somebody in line without an entry',
    (items) => copy(items, pick(items, 'WAITING#'), 'WAITING#200#9'),
  ],
  ['waitlist line', 'another person in line', (items) => rename(pick(items, 'WAITING#'), { userId: 'eve' })],
  ['waitlist entry', 'a promotion to nothing', (items) => rename(pick(items, 'WAITLIST#0'), { bookingId: undefined })],
  ['waitlist entry', 'a state that does not exist', (items) => rename(pick(items, 'WAITLIST#0'), { status: 'NEXT' })],
  ['waitlist place', 'an entry of nobody', (items) => remove(items, pick(items, 'WAITLIST#evt'))],
  ['waitlist place', 'a place of nothing', (items) => add(pick(items, 'WAITLIST#evt'), 'seq', 1)],
  [
    'promotions',
    'a booking that was promised',
    (items) => rename(pick(items, 'BOOKING#bkg_3'), { promoted: undefined }),
  ],
  [
    'in order',
    'a seat that the first in line could have',
    (items) => {
      for (const sk of ['WAITING#', 'WAITLIST#000000000002', 'WAITLIST#evt']) rename(pick(items, sk), { quantity: 1 });
    },
  ],
  ['purchase count', 'a place that counts', (items) => rename(pick(items, 'WAITLIST#evt'), { counted: true })],
  ['notification', 'a reader of another list', (items) => rename(pick(items, 'NOTIFICATION#'), { userId: 'eve' })],
  ['notification', 'a kind that does not exist', (items) => rename(pick(items, 'NOTIFICATION#'), { kind: 'spam' })],
  ['unread count', 'one read in secret', (items) => rename(pick(items, 'NOTIFICATION#'), { read: true })],
  ['unread count', 'a lost count', (items) => remove(items, pick(items, 'INBOX', 'bob'))],
  [
    'deleted person',
    'a profile that came back',
    (items) => items.splice(items.indexOf(pick(items, 'DELETION')), 0, { ...keys.profileKey('cleo'), name: 'Cleo' }),
  ],
  ['deleted person', 'a way in', (items) => remove(items, pick(items, 'ACCESS'))],
  [
    'deleted person',
    'a list that takes news',
    (items) => rename(pick(items, 'INBOX', 'cleo'), { closedAt: undefined }),
  ],
  [
    'deleted person',
    'a booking that still leads to its buyer',
    (items) => {
      for (const sk of ['ACCESS', 'DELETION', 'INBOX']) rename(pick(items, sk, 'cleo'), { pk: 'USER#bob' });
    },
  ],
  [
    'told',
    'a cancellation that nobody was told of',
    (items) => {
      const told = items.find(({ kind }) => kind === 'booking-cancelled') as Item;
      rename(told, { kind: 'booking-confirmed' });
    },
  ],
  [
    'told',
    'an event that is cancelled in silence',
    (items) => {
      rename(pick(items, 'BOOKING#bkg_2'), { eventCancelledAt: now });
    },
  ],
  ['cancelled event', 'one whose seats stay sold', (items) => rename(pick(items, 'EVENT'), { status: 'CANCELLED' })],
  ['shard rules', 'a wrong number', (items) => rename(pick(items, 'INVENTORY'), { shard: 7 })],
  ['booking whole', 'draws that are too few', (items) => add(pick(items, 'BOOKING#bkg_3'), 'quantity', 1)],
  [
    'booking whole',
    'two draws from one shard',
    (items) => {
      pick(items, 'BOOKING#bkg_3').draws = [
        { shard: 1, quantity: 3 },
        { shard: 1, quantity: 1 },
      ];
    },
  ],
  ['booking whole', 'a total that does not follow', (items) => add(pick(items, 'BOOKING#bkg_1'), 'total', -1)],
  ['booking whole', 'no entry in the index', (items) => rename(pick(items, 'BOOKING#bkg_1'), { gsi1pk: undefined })],
  [
    'booking whole',
    'an index partition that nobody reads',
    (items) => {
      const booking = pick(items, 'BOOKING#bkg_1');
      rename(booking, { gsi1pk: keys.eventBookings(String(booking.eventId), 40) });
    },
  ],
  ['booking whole', 'another user in the key', (items) => rename(pick(items, 'BOOKING#bkg_1'), { userId: 'eve' })],
  [
    'booking whole',
    'a status that does not exist',
    (items) => rename(pick(items, 'BOOKING#bkg_1'), { status: 'PAID' }),
  ],
  [
    'booking whole',
    'a quantity of nothing',
    (items) => rename(pick(items, 'BOOKING#bkg_1'), { quantity: 0, draws: [] }),
  ],
  [
    'one per key',
    'a record without its booking',
    (items) => {
      answer(pick(items, 'IDEMPOTENCY', 'ada'), { bookingId: 'bkg_9' });
    },
  ],
  [
    'one per key',
    "a record of another person's booking",
    (items) => {
      answer(pick(items, 'IDEMPOTENCY', 'ada'), { bookingId: 'bkg_3' });
    },
  ],
  [
    'one per key',
    'two keys of one booking',
    (items) => {
      rename(pick(items, 'IDEMPOTENCY#createBooking#k2'), { body: pick(items, 'IDEMPOTENCY', 'ada').body });
    },
  ],
  [
    'one per key',
    'a second booking for a key',
    (items) => rename(pick(items, 'BOOKING#bkg_2'), { idempotencyKey: 'k1' }),
  ],
  ['one per key', 'an answer that tells another total', (items) => answer(pick(items, 'IDEMPOTENCY'), { total: 1 })],
  ['one per key', 'a record that is no JSON', (items) => rename(pick(items, 'IDEMPOTENCY'), { body: '{' })],
  ['purchase count', 'one ticket too many', (items) => add(pick(items, 'PURCHASES', 'ada'), 'tickets#standard', 1)],
  ['purchase count', 'a missing count', (items) => remove(items, pick(items, 'PURCHASES', 'bob'))],
  [
    'purchase count',
    'a count of another tier',
    (items) => rename(pick(items, 'PURCHASES', 'bob'), { 'tickets#vip': 1 }),
  ],
  [
    'purchase count',
    'a booking that does not count',
    (items) => rename(pick(items, 'BOOKING#bkg_3'), { counted: false }),
  ],
  ['ownership', 'an event of nobody', (items) => remove(items, pick(items, 'EVENT#'))],
  ['ownership', 'an event of somebody else', (items) => rename(pick(items, 'EVENT'), { organizerId: 'eve' })],
  ['ownership', 'an owner of nothing', (items) => remove(items, pick(items, 'EVENT'))],
  ['ownership', 'an event missing from the list of all', (items) => rename(pick(items, 'EVENT#'), { gsi1pk: 'x' })],
  [
    'listed event',
    'a published event that nobody finds',
    (items) => rename(pick(items, 'EVENT'), { gsi1pk: undefined }),
  ],
  ['listed event', 'an event at its old date', (items) => rename(pick(items, 'EVENT'), { startsAt: now })],
  ['listed event', 'a draft that everybody finds', (items) => rename(pick(items, 'EVENT'), { status: 'DRAFT' })],
  ['no orphans', 'shards and bookings without event', (items) => remove(items, pick(items, 'EVENT'))],
  ['no orphans', 'a booking without event', (items) => rename(pick(items, 'BOOKING#bkg_3'), { eventId: 'evt_gone' })],
  [
    'no orphans',
    'a tier that the event no longer has',
    (items) => {
      pick(items, 'EVENT').tiers = [tier(items)];
    },
  ],
  [
    'booking whole',
    'a cancellation without its time',
    (items) => rename(pick(items, 'BOOKING#bkg_2'), { cancelledAt: undefined }),
  ],
  ['event statistics', 'a ticket counted twice', (items) => add(pick(items, 'TOTAL', 'EVENT#'), 'sold', 1)],
  ['event statistics', 'a day that lacks a booking', (items) => add(pick(items, 'DAY#', 'EVENT#'), 'bookings', -1)],
  [
    'event statistics',
    'a day that nobody booked on',
    (items) => copy(items, pick(items, 'DAY#', 'EVENT#'), 'DAY#2026-01-03'),
  ],
  [
    'event statistics',
    'money of a currency that nobody paid',
    (items) => rename(pick(items, 'TOTAL', 'EVENT#'), { 'revenue#USD': 1 }),
  ],
  ['event statistics', 'numbers that were lost', (items) => remove(items, pick(items, 'TOTAL', 'EVENT#'))],
  [
    'event statistics',
    'a tier without its cancellations',
    (items) => {
      const [standard] = pick(items, 'TOTAL', 'EVENT#').tiers as Item[];
      rename(standard as Item, { cancelled: 0 });
    },
  ],
  [
    'event statistics',
    'a cancellation on another day',
    (items) => rename(pick(items, 'BOOKING#bkg_2'), { cancelledAt: '2026-01-03T00:00:00.000Z' }),
  ],
  [
    'platform statistics',
    'an event that is not counted',
    (items) => add(pick(items, 'TOTAL', 'PLATFORM'), 'bookings', -3),
  ],
  ['platform statistics', 'seats that nobody has', (items) => add(pick(items, 'TOTAL', 'PLATFORM'), 'capacity', 1)],
  ['platform statistics', 'a day that is missing', (items) => remove(items, pick(items, 'DAY#', 'PLATFORM'))],
  [
    'popular event',
    'a place for more than was sold',
    (items) => rename(pick(items, 'TOTAL', 'EVENT#'), { gsi1sk: '000000000099#evt' }),
  ],
  [
    'popular event',
    'an event that is not to be found',
    (items) => rename(pick(items, 'TOTAL', 'EVENT#'), { gsi1pk: undefined }),
  ],
  ['seen shard', 'a change that statistics have not seen', (items) => add(pick(items, 'INVENTORY'), 'version', 1)],
  ['seen shard', 'shards that statistics do not know', (items) => remove(items, pick(items, 'SEEN'))],
  [
    'seen shard',
    'a shard that is gone, and was not seen to go',
    (items) => remove(items, pick(items, 'INVENTORY', '#vip#')),
  ],
];

test('a healthy table has no findings, and every rule was applied to it', () => {
  const { findings, checked, counts } = verify(healthyTable());
  expect(findings).toEqual([]);
  expect(Object.entries(checked).filter(([, count]) => count === 0)).toEqual([]);
  expect(counts).toMatchObject({ event: 1, shard: 3, booking: 3, idempotency: 3, purchases: 2, unknown: 0 });
});

describe('finds', () => {
  test.each(damages)('%s: %s', (rule, _what, damage) => {
    const items = healthyTable();
    damage(items);
    expect(brokenRules(verify(items).findings)).toContain(rule);
  });

  test('something for every rule', () => {
    const covered = new Set(damages.map(([rule]) => rule));
    expect(Object.keys(rules).filter((rule) => !covered.has(rule as Rule))).toEqual([]);
  });
});

test('an empty table has no findings', () => {
  expect(verify([]).findings).toEqual([]);
});

test('an item that is in no list of keys is counted and changes nothing', () => {
  const { findings, counts } = verify([...healthyTable(), { pk: 'TOKEN#1', sk: 'REVOKED' }]);
  expect(findings).toEqual([]);
  expect(counts.unknown).toBe(1);
});

test('a table that is broken everywhere keeps a bounded number of findings and counts the rest', () => {
  const broken = Array.from({ length: 1_200 }, (_, n) => ({
    ...keys.ownedEventKey('eve', `evt_${n}`),
    gsi1pk: keys.allEvents,
    gsi1sk: `evt_${n}`,
    organizerId: 'eve',
  }));
  const { findings, omitted } = verify(broken);
  expect(findings).toHaveLength(1_000);
  expect(omitted).toBe(200);
});
