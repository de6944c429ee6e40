import { DeleteCommand, GetCommand, PutCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { caughtUp } from '../../bench/verify/findings.ts';
import { createLedger } from '../../bench/verify/ledger.ts';
import { cancelEvent } from '../../functions/domain/event-change.ts';
import { storedEvent, tierBody } from '../support/factories.ts';
import { changeMessage, deliver, withTable } from '../support/store-table.ts';

// The worker that cancels an event's bookings, with a table and without a queue.
let table: Awaited<ReturnType<typeof withTable>>;
let functions: Awaited<ReturnType<typeof load>>;
beforeAll(async () => {
  table = await withTable();
  functions = await load();
});
afterAll(() => table?.stop());
beforeEach(() => {
  vi.restoreAllMocks();
});

async function load() {
  const [{ handler }, { book }, { createEvent, updateEvent }, { documents }, { cancelBooking }] = await Promise.all([
    import('../../functions/workers/cancel-event.ts'),
    import('../../functions/store/book.ts'),
    import('../../functions/store/event-store.ts'),
    import('../../functions/store/client.ts'),
    import('../../functions/store/booking-changes.ts'),
  ]);
  return { handler, book, createEvent, updateEvent, documents, cancelBooking };
}

const remainingMs = () => 60_000;
let people = 0;

/** A cancelled event with bookings and holds that nobody has touched yet. */
async function cancelledEvent(bookings: number, holds: number, bookingPartitions = 1) {
  const event = { ...storedEvent({ tiers: [tierBody({ capacity: 600, maxPerUser: 100 })] }), bookingPartitions };
  await functions.createEvent(event, {}, { remainingMs });
  for (let n = 0; n < bookings + holds; n += 1) {
    people += 1;
    await functions.book({
      bookingId: `bkg_${String(people).padStart(26, '0')}`,
      userId: `user-${people % 40}`,
      eventId: event.eventId,
      quantity: 1,
      ...(n >= bookings && { holdSeconds: 600 }),
      remainingMs,
    });
  }
  const change = cancelEvent(event, { changeId: 'cancel', now: new Date().toISOString() });
  await functions.updateEvent(change, event.version, remainingMs);
  return {
    eventId: event.eventId,
    message: changeMessage({ sk: 'EVENT', ...change.event }, { sk: 'EVENT', ...event }),
  };
}

async function countsOf(eventId: string) {
  const bookings = (await table.itemsOf('BOOKING#')).filter((item) => item.eventId === eventId);
  const shards = (await table.itemsOf('INVENTORY')).filter(({ pk }) => String(pk).includes(eventId));
  const sum = (name: string) => shards.reduce((total, shard) => total + Number(shard[name]), 0);
  return {
    cancelled: bookings.filter(({ status }) => status === 'CANCELLED').length,
    available: sum('available'),
    taken: sum('sold') + sum('held'),
  };
}

const continuationOf = async (eventId: string) =>
  (await table.itemsOf('CANCELLATION')).find((item) => item.eventId === eventId);
/** No other worker runs here. */
const findings = async () => {
  const ledger = createLedger();
  for (const item of await table.itemsOf('')) ledger.add(item);
  return ledger.close().findings.filter(({ rule }) => !caughtUp.has(rule));
};

/** Lets so many transactions through, then none: the process that made them is gone. */
function dieAfter(transactions: number) {
  const { documents } = functions;
  const send = documents.send.bind(documents);
  let sent = 0;
  return vi.spyOn(documents, 'send').mockImplementation(((command: unknown) => {
    if (command instanceof TransactWriteCommand) sent += 1;
    if (sent > transactions) return Promise.reject(new Error('gone'));
    return send(command as Parameters<typeof send>[0]);
  }) as typeof send);
}

describe('cancelling the bookings of an event', () => {
  test('that is killed in the middle goes on where it stopped, and gives every seat back once', async () => {
    const { eventId, message } = await cancelledEvent(120, 10);
    for (const transactions of [3, 6, 4]) {
      dieAfter(transactions);
      expect(await deliver(functions.handler, [message])).toEqual([0]);
      vi.restoreAllMocks();
    }
    const between = await countsOf(eventId);
    expect(between.cancelled).toBeGreaterThan(60);
    expect(between.taken).toBeGreaterThan(0);
    expect(await findings()).toEqual([]);
    expect(await deliver(functions.handler, [message])).toEqual([]);
    expect(await countsOf(eventId)).toEqual({ cancelled: 130, available: 600, taken: 0 });
    expect(await findings()).toEqual([]);
  });

  test('that is too long for one run goes on in the next, in one chain however often a message comes', async () => {
    const { eventId, message } = await cancelledEvent(150, 60, 3);
    // Time is over after the first page: the holds of one partition of the index.
    let calls = 0;
    const short = () => (calls++ < 1 ? 60_000 : 10_000);
    expect(await deliver(functions.handler, [message], short)).toEqual([]);
    const first = await continuationOf(eventId);
    expect(first).toMatchObject({ eventId, run: 1 });
    const { taken } = await countsOf(eventId);
    expect(taken).toBeGreaterThan(0);
    expect(taken).toBeLessThan(210);

    calls = 0;
    expect(await deliver(functions.handler, [message], short)).toEqual([]);
    expect(await continuationOf(eventId)).toEqual(first);

    expect(await deliver(functions.handler, [changeMessage(first ?? {})])).toEqual([]);
    expect(await countsOf(eventId)).toEqual({ cancelled: 210, available: 600, taken: 0 });
    expect(await findings()).toEqual([]);
  });

  test('changes nothing when its message comes again, redriven with a new id, or after its own continuation', async () => {
    const { eventId, message } = await cancelledEvent(20, 2);
    await deliver(functions.handler, [message, message, message]);
    const before = await table.itemsOf('');
    const late = changeMessage({ sk: 'CANCELLATION', eventId, run: 7 });
    const redriven = JSON.stringify({ ...JSON.parse(message), eventID: 'another' });
    expect(await deliver(functions.handler, [message, redriven, late])).toEqual([]);
    expect(await table.itemsOf('')).toEqual(before);
    expect(await countsOf(eventId)).toEqual({ cancelled: 22, available: 600, taken: 0 });
  });

  test('looks again for what the index does not show yet', async () => {
    const { eventId, message } = await cancelledEvent(5, 0);
    const { documents } = functions;
    const send = documents.send.bind(documents);
    let behind = 6;
    vi.spyOn(documents, 'send').mockImplementation((async (command: { input: { IndexName?: string } }) => {
      const isBehind = command.input.IndexName !== undefined && behind-- > 0;
      return isBehind ? { Items: [] } : send(command as unknown as Parameters<typeof send>[0]);
    }) as unknown as typeof send);
    expect(await deliver(functions.handler, [message])).toEqual([]);
    expect(await countsOf(eventId)).toEqual({ cancelled: 5, available: 600, taken: 0 });
  });

  test('fails where seats are taken by no booking at all, instead of looking for ever', async () => {
    const { message } = await cancelledEvent(1, 0);
    const { documents } = functions;
    const send = documents.send.bind(documents);
    vi.spyOn(documents, 'send').mockImplementation((async (command: { input: { IndexName?: string } }) => {
      return command.input.IndexName === undefined
        ? send(command as unknown as Parameters<typeof send>[0])
        : { Items: [] };
    }) as unknown as typeof send);
    let left = 40_000;
    expect(await deliver(functions.handler, [message], () => (left -= 3_000))).toEqual([0]);
  });

  test('is not kept from the others by a booking that cannot be cancelled, and fails for that one', async () => {
    const { eventId, message } = await cancelledEvent(30, 2);
    const [damaged] = (await table.itemsOf('BOOKING#')).filter((item) => item.eventId === eventId);
    const key = { pk: damaged?.pk, sk: `PURCHASES#${eventId}` };
    const { Item: purchases } = await functions.documents.send(
      new GetCommand({ TableName: table.tableName, Key: key }),
    );
    await functions.documents.send(new DeleteCommand({ TableName: table.tableName, Key: key }));
    expect(await deliver(functions.handler, [message])).toEqual([0]);
    expect(await countsOf(eventId)).toEqual({ cancelled: 31, available: 599, taken: 1 });
    await functions.documents.send(new PutCommand({ TableName: table.tableName, Item: purchases }));
    expect(await deliver(functions.handler, [message])).toEqual([]);
    expect(await countsOf(eventId)).toEqual({ cancelled: 32, available: 600, taken: 0 });
  });

  test('gives the seats back once of a booking that its owner cancels at the same moment', async () => {
    const { eventId, message } = await cancelledEvent(30, 0);
    const { documents, cancelBooking } = functions;
    const send = documents.send.bind(documents);
    const [{ userId, bookingId } = {}] = (await table.itemsOf('BOOKING#')).filter((item) => item.eventId === eventId);
    vi.spyOn(documents, 'send').mockImplementation((async (command: TransactWriteCommand) => {
      const together = command.input.TransactItems?.filter(({ Put }) => Put?.Item?.bookingId === bookingId);
      if (command instanceof TransactWriteCommand && together?.length === 1) {
        vi.restoreAllMocks();
        await cancelBooking(String(userId), String(bookingId), remainingMs);
      }
      return send(command);
    }) as unknown as typeof send);
    expect(await deliver(functions.handler, [message])).toEqual([]);
    expect(await countsOf(eventId)).toEqual({ cancelled: 30, available: 600, taken: 0 });
    expect(await findings()).toEqual([]);
  });

  test('leaves an event alone that is not cancelled, and sends what is no message away alone', async () => {
    const event = storedEvent();
    await functions.createEvent(event, {}, { remainingMs });
    const before = await table.itemsOf('');
    const message = changeMessage({ sk: 'EVENT', ...event });
    expect(await deliver(functions.handler, [message, '{"eventID":', '{}'])).toEqual([1, 2]);
    const isNote = ({ sk }: Record<string, unknown>) => sk === 'FAILURE';
    const after = await table.itemsOf('');
    expect(after.filter((item) => !isNote(item))).toEqual(before.filter((item) => !isNote(item)));
    // Only why the two are set aside.
    expect(after.filter(isNote).map(({ messageId }) => messageId)).toEqual(expect.arrayContaining(['1', '2']));
  });
});
