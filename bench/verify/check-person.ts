import { limits } from '../../functions/domain/limits.ts';
import * as keys from '../../functions/store/keys.ts';
import { checkDeletion } from './check-deletion.ts';
import { checkNotifications } from './check-notifications.ts';
import type { Verdicts } from './findings.ts';
import { type Item, integer, keyOf, kindOf, list } from './items.ts';

const statuses: readonly unknown[] = ['HELD', 'CONFIRMED', 'EXPIRED', 'CANCELLED'];

/** Checks all items of one person: they stand in one partition. */
export function checkPerson(pk: string, items: readonly Item[], verdict: Verdicts): void {
  const bookings = items.filter((item) => kindOf(item) === 'booking');
  for (const booking of bookings) checkBooking(booking, verdict);
  checkKeys(bookings, verdict);
  checkRecords(
    items.filter((item) => kindOf(item) === 'idempotency'),
    new Map(bookings.map((booking) => [String(booking.bookingId), booking])),
    verdict,
  );
  checkNotifications(pk, items, verdict);
  checkDeletion(items, verdict);
  checkPurchases(
    pk,
    items.filter((item) => kindOf(item) === 'purchases'),
    [...bookings, ...items.filter((item) => kindOf(item) === 'place')],
    verdict,
  );
}

function checkBooking(booking: Item, verdict: Verdicts): void {
  const key = keyOf(booking);
  const wanted = keys.bookingKey(String(booking.userId), String(booking.bookingId));
  const quantity = integer(booking, 'quantity');
  const draws = list(booking, 'draws');
  const drawn = draws.reduce((sum, draw) => sum + integer(draw, 'quantity'), 0);
  const indexPk = String(booking.gsi1pk);
  const bookingId = String(booking.bookingId);
  const indexSk =
    booking.status === 'HELD'
      ? keys.eventHoldSort(String(booking.holdExpiresAt), bookingId)
      : keys.eventBookingSort({ createdAt: String(booking.createdAt), bookingId });
  const expect = (holds: boolean, message: string) => verdict('booking whole', holds, key, () => message);

  expect(wanted.pk === key.pk && wanted.sk === key.sk, `it is the booking ${wanted.pk} / ${wanted.sk}`);
  expect(statuses.includes(booking.status), `its status is ${booking.status}`);
  expect(quantity > 0, `its quantity is ${booking.quantity}`);
  expect(drawn === quantity, `its draws add up to ${drawn}, its quantity is ${quantity}`);
  expect(
    booking.status === 'CONFIRMED' ? booking.confirmedAt !== undefined : true,
    'it is confirmed, and does not say since when',
  );
  expect(
    (booking.status === 'CANCELLED') === (booking.cancelledAt !== undefined),
    `it is ${booking.status}, and says it is cancelled since ${booking.cancelledAt}`,
  );
  expect(
    booking.status === 'HELD' || booking.status === 'EXPIRED' ? booking.wasHeld === true : true,
    `it is ${booking.status}, and did not begin as a hold`,
  );
  expect(
    draws.every((draw) => integer(draw, 'quantity') > 0 && integer(draw, 'shard') >= 0),
    'it has a draw of nothing, or from no shard',
  );
  expect(new Set(draws.map(({ shard }) => shard)).size === draws.length, 'it draws twice from one shard');
  expect(
    integer(booking, 'total') === integer(booking, 'unitPrice') * quantity,
    `its total is ${booking.total}, ${booking.quantity} × ${booking.unitPrice} is due`,
  );
  expect(
    partitionOf(booking) >= 0 && booking.gsi1sk === indexSk,
    `the index does not have it among the bookings of its event, but at ${indexPk} / ${booking.gsi1sk}`,
  );
}

/** The index partition of a booking; -1 where it is in none of its event. */
export function partitionOf(booking: Item): number {
  const placeIn = booking.status === 'HELD' ? keys.eventHolds : keys.eventBookings;
  const first = placeIn(String(booking.eventId), 0).slice(0, -1);
  const place = String(booking.gsi1pk);
  const n = place.startsWith(first) ? place.slice(first.length) : '';
  return /^\d+$/.test(n) && Number(n) === booking.partition ? Number(n) : -1;
}

/** What a booking and the answer that was kept for its request must agree on: everything that never changes. */
const settled = ['eventId', 'tierId', 'quantity', 'unitPrice', 'total', 'currency', 'createdAt'] as const;

function checkRecords(records: readonly Item[], bookings: ReadonlyMap<string, Item>, verdict: Verdicts): void {
  const named = new Map<string, string>();
  for (const record of records.filter(({ sk }) => String(sk).startsWith('IDEMPOTENCY#createBooking#'))) {
    const key = keyOf(record);
    const answer = answerOf(record);
    const id = String(answer?.bookingId);
    const booking = bookings.get(id);
    verdict('one per key', booking !== undefined, key, () => `it names the booking ${id}, which does not exist`);
    if (booking) {
      const differs = settled.filter((name) => answer?.[name] !== booking[name]);
      verdict('one per key', differs.length === 0, key, () => `its answer differs from ${id} in ${differs.join(', ')}`);
    }
    const earlier = named.get(id);
    verdict('one per key', earlier === undefined, key, () => `it names ${id}, as ${earlier} does`);
    named.set(id, key.sk);
  }
}

/** A key is free again after 24 hours; within them it makes one booking. */
function checkKeys(bookings: readonly Item[], verdict: Verdicts): void {
  const keyed = bookings.filter(({ idempotencyKey }) => idempotencyKey !== undefined);
  for (const same of Map.groupBy(keyed, ({ idempotencyKey }) => idempotencyKey).values()) {
    same.sort((a, b) => (String(a.createdAt) < String(b.createdAt) ? -1 : 1));
    same.forEach((booking, index) => {
      const earlier = same[index - 1];
      const apart = Date.parse(String(booking.createdAt)) - Date.parse(String(earlier?.createdAt));
      const isFirst = earlier === undefined || apart >= limits.idempotencyTtlSeconds * 1_000;
      verdict('one per key', isFirst, keyOf(booking), () => `it has the key of ${earlier?.bookingId}`);
    });
  }
}

function answerOf(record: Item): Item | undefined {
  try {
    return JSON.parse(String(record.body)) as Item;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Prefix of the attributes of a purchase count, one a tier. */
const countPrefix = 'tickets#';

/** States of bookings and of places in a waitlist. */
const purchased: readonly unknown[] = ['CONFIRMED', 'HELD', 'WAITING'];

function checkPurchases(pk: string, counts: readonly Item[], bookings: readonly Item[], verdict: Verdicts): void {
  const userId = pk.slice('USER#'.length);
  const bought = new Map<string, number>();
  for (const booking of bookings) {
    const counts = purchased.includes(booking.status);
    if (booking.counted !== true || !counts) continue;
    const place = `${booking.eventId} ${countPrefix}${booking.tierId}`;
    bought.set(place, (bought.get(place) ?? 0) + integer(booking, 'quantity'));
  }
  for (const item of counts) {
    const key = keyOf(item);
    const eventId = key.sk.slice('PURCHASES#'.length);
    const ofEvent = [...bought].filter(([place]) => place.startsWith(`${eventId} `));
    const all = ofEvent.reduce((total, [, sum]) => total + sum, 0);
    // A person who only ever held seats of an event without limits has counters of holds alone.
    const counted = item.tickets === undefined ? 0 : integer(item, 'tickets');
    verdict('purchase count', counted === all, key, () => `tickets is ${item.tickets}, bought are ${all}`);
    for (const name of Object.keys(item).filter((attribute) => attribute.startsWith(countPrefix))) {
      const sum = bought.get(`${eventId} ${name}`) ?? 0;
      verdict('purchase count', integer(item, name) === sum, key, () => `${name} is ${item[name]}, bought are ${sum}`);
      bought.delete(`${eventId} ${name}`);
    }
  }
  for (const [place, sum] of bought) {
    const [eventId = '', name] = place.split(' ');
    verdict('purchase count', false, keys.purchasesKey(userId, eventId), () => `it lacks ${name}, bought are ${sum}`);
  }
}
