import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { caughtUp } from '../../bench/verify/findings.ts';
import { createLedger } from '../../bench/verify/ledger.ts';
import { limits } from '../../functions/domain/limits.ts';
import { storedEvent, tierBody } from '../support/factories.ts';
import { changeMessage, deliver, withTable } from '../support/store-table.ts';

// The worker that gives the seats of holds back, with a table and without a queue.
let table: Awaited<ReturnType<typeof withTable>>;
let functions: Awaited<ReturnType<typeof load>>;
beforeAll(async () => {
  table = await withTable();
  functions = await load();
});
afterAll(() => table?.stop());

async function load() {
  const [{ handler }, { book }, { cancelBooking, confirmBooking }, { createEvent }] = await Promise.all([
    import('../../functions/workers/expire-hold.ts'),
    import('../../functions/store/book.ts'),
    import('../../functions/store/booking-changes.ts'),
    import('../../functions/store/event-store.ts'),
  ]);
  return { handler, book, cancelBooking, confirmBooking, createEvent };
}

const remainingMs = () => 60_000;
const bookingItems = () => table.itemsOf('BOOKING#');
const bookingOf = async (bookingId: string) => (await bookingItems()).find((item) => item.bookingId === bookingId);

async function newEvent(...tierIds: string[]): Promise<string> {
  const event = storedEvent({
    tiers: tierIds.map((tierId) => tierBody({ tierId, capacity: 150, maxPerBooking: 100, maxPerUser: 500 })),
  });
  await functions.createEvent(event, {}, { remainingMs });
  return event.eventId;
}

let holds = 0;
/** A hold, and the message about it. With 0 seconds it is over at once. */
async function hold(eventId: string, holdSeconds: number, tierId = 'standard', quantity = 1) {
  holds += 1;
  const order = { bookingId: `bkg_${String(holds).padStart(26, '0')}`, userId: 'ada', eventId, tierId, quantity };
  const { booking } = await functions.book({ ...order, holdSeconds, remainingMs });
  return { bookingId: booking.bookingId, message: changeMessage((await bookingOf(booking.bookingId)) ?? {}) };
}

async function seats(eventId: string) {
  const shards = (await table.itemsOf('INVENTORY')).filter(({ pk }) => String(pk).includes(eventId));
  const sum = (name: string) => shards.reduce((total, shard) => total + Number(shard[name]), 0);
  return { available: sum('available'), held: sum('held'), sold: sum('sold') };
}
const findings = async () => {
  const ledger = createLedger();
  for (const item of await table.itemsOf('')) ledger.add(item);
  return ledger.close().findings.filter(({ rule }) => !caughtUp.has(rule));
};

describe('the worker', () => {
  test('gives seats back once, by one message three times, redriven with a new id, and in any order', async () => {
    const eventId = await newEvent('standard');
    const [first, second] = [await hold(eventId, 0, 'standard', 3), await hold(eventId, 0, 'standard', 2)];
    expect(await seats(eventId)).toEqual({ available: 145, held: 5, sold: 0 });
    expect(await deliver(functions.handler, [second.message, first.message, first.message, first.message])).toEqual([]);
    expect(await seats(eventId)).toEqual({ available: 150, held: 0, sold: 0 });
    const after = await table.itemsOf('');
    const redriven = JSON.stringify({ ...JSON.parse(first.message), eventID: 'another' });
    expect(await deliver(functions.handler, [redriven, first.message, second.message])).toEqual([]);
    expect(await table.itemsOf('')).toEqual(after);
    expect(await findings()).toEqual([]);
  });

  test('leaves holds alone that were confirmed or cancelled', async () => {
    const eventId = await newEvent('standard');
    const [kept, dropped] = [await hold(eventId, 600), await hold(eventId, 600)];
    await functions.confirmBooking('ada', kept.bookingId, remainingMs);
    await functions.cancelBooking('ada', dropped.bookingId, remainingMs);
    const before = await table.itemsOf('');
    expect(await deliver(functions.handler, [kept.message, dropped.message])).toEqual([]);
    expect(await table.itemsOf('')).toEqual(before);
    expect(await seats(eventId)).toEqual({ available: 149, held: 0, sold: 1 });
  });

  test('has a message come again whose hold is not over yet', async () => {
    const eventId = await newEvent('standard');
    const { message } = await hold(eventId, 600);
    expect(await deliver(functions.handler, [message])).toEqual([0]);
    expect(await seats(eventId)).toEqual({ available: 149, held: 1, sold: 0 });
  });

  test('sets a message aside that it cannot read, and does its neighbours once', async () => {
    const eventId = await newEvent('standard');
    const { message } = await hold(eventId, 0);
    const unknown = changeMessage({ userId: 'nobody', bookingId: 'bkg_none' });
    expect(await deliver(functions.handler, ['{"dynamodb":', message, '{}', unknown])).toEqual([0, 2]);
    expect(await seats(eventId)).toEqual({ available: 150, held: 0, sold: 0 });
  });
});

test('expired holds of one tier hide none of another, however many there are', { timeout: 60_000 }, async () => {
  const eventId = await newEvent('floor', 'balcony');
  for (let n = 0; n <= limits.expiredHoldsPerPartition; n += 1) await hold(eventId, 0, 'floor');
  await hold(eventId, 0, 'balcony', 75);
  await hold(eventId, 0, 'balcony', 75);
  const order = { bookingId: 'bkg_last', userId: 'eve', eventId, tierId: 'balcony', quantity: 100, remainingMs };
  expect((await functions.book(order)).booking).toMatchObject({ status: 'CONFIRMED', quantity: 100 });
  expect(await findings()).toEqual([]);
});
