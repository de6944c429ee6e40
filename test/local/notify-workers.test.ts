import { SendEmailCommand } from '@aws-sdk/client-sesv2';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Booking } from '../../functions/domain/booking.ts';
import { mail } from '../../functions/shared/mail.ts';
import { eventually } from '../support/eventually.ts';
import { storedEvent } from '../support/factories.ts';
import { changeMessage, deliver, withTable } from '../support/store-table.ts';

// The workers that fill people's lists and send emails, with a table and without queues.
let table: Awaited<ReturnType<typeof withTable>>;
let functions: Awaited<ReturnType<typeof load>>;
const postOffice = mockClient(mail);
beforeAll(async () => {
  table = await withTable();
  functions = await load();
});
afterAll(() => table?.stop());
beforeEach(() => {
  vi.restoreAllMocks();
  postOffice.reset();
  postOffice.on(SendEmailCommand).resolves({ MessageId: 'sent' });
  vi.stubEnv('MAIL_FROM', 'tickets@example.com');
});

async function load() {
  const [notify, sendEmail, store, { documents }] = await Promise.all([
    import('../../functions/workers/notify.ts'),
    import('../../functions/workers/send-email.ts'),
    import('../../functions/store/notification-store.ts'),
    import('../../functions/store/client.ts'),
  ]);
  return { notify: notify.handler, sendEmail: sendEmail.handler, store, documents };
}

let people = 0;
const nobodyYet = () => {
  people += 1;
  return `person-${people}`;
};
const at = (second: number) => `2026-03-01T10:00:${String(second).padStart(2, '0')}.000Z`;
const eventId = 'evt_01JY3W8H6V7Q2X4Z9K5M1N0PRS';

function booking(userId: string, overrides: Partial<Booking> = {}): Record<string, unknown> & Booking {
  const bookingId = `bkg_${userId}`;
  return {
    pk: `USER#${userId}`,
    sk: `BOOKING#${bookingId}`,
    bookingId,
    eventId,
    eventName: 'Jazz',
    tierId: 'standard',
    quantity: 2,
    unitPrice: 100,
    total: 200,
    currency: 'EUR',
    status: 'CONFIRMED',
    createdAt: at(1),
    updatedAt: at(1),
    userId,
    draws: [{ shard: 0, quantity: 2 }],
    partition: 0,
    counted: false,
    wasHeld: false,
    confirmedAt: at(1),
    ...overrides,
  };
}

const remainingMs = () => 10_000;
const listOf = async (userId: string) => (await functions.store.listNotifications(userId, { limit: 100 })).items;
const kindsOf = async (userId: string) => (await listOf(userId)).map(({ kind }) => kind);
const unread = (userId: string) => functions.store.countOfUnread(userId);

describe('the list of a person', () => {
  test('has one entry however often, in whatever order and under whatever id a message comes', async () => {
    const userId = nobodyYet();
    const made = booking(userId);
    const gone = booking(userId, { status: 'CANCELLED', cancelledAt: at(9), updatedAt: at(9) });
    const messages = [changeMessage(gone, made), changeMessage(made)];
    const redriven = messages.map((message) => JSON.stringify({ ...JSON.parse(message), eventID: `new-${userId}` }));
    for (const order of [messages, messages, [...messages].reverse(), redriven]) {
      expect(await deliver(functions.notify, order)).toEqual([]);
    }
    expect(await kindsOf(userId)).toEqual(['booking-cancelled', 'booking-confirmed']);
    expect(await unread(userId)).toBe(2);
  });

  test('keeps what was read as read when the stream is read from its beginning', async () => {
    const userId = nobodyYet();
    const message = changeMessage(booking(userId));
    await deliver(functions.notify, [message]);
    const [{ notificationId } = { notificationId: '' }] = await listOf(userId);
    await functions.store.markNotification(userId, notificationId, true, remainingMs);
    await deliver(functions.notify, [message]);
    expect(await listOf(userId)).toMatchObject([{ notificationId, read: true }]);
    expect(await unread(userId)).toBe(0);
  });

  test('tells of a promotion, of the end of a hold with its event, and of nothing that is no news', async () => {
    const [promoted, holder, letGo] = [nobodyYet(), nobodyYet(), nobodyYet()];
    const held = (userId: string) => booking(userId, { status: 'HELD', holdExpiresAt: at(59), wasHeld: true });
    const over = { status: 'CANCELLED' as const, updatedAt: at(5) };
    const unconfirmed = ({ confirmedAt: _never, ...rest }: Booking) => rest;
    await deliver(functions.notify, [
      changeMessage(booking(promoted, { promoted: true })),
      changeMessage({ ...unconfirmed(held(holder)), ...over, eventCancelledAt: at(4), sk: 'BOOKING#1' }, held(holder)),
      changeMessage({ ...unconfirmed(held(letGo)), ...over, sk: 'BOOKING#2' }, held(letGo)),
    ]);
    expect(await kindsOf(promoted)).toEqual(['promoted']);
    expect(await kindsOf(holder)).toEqual(['event-cancelled']);
    expect(await kindsOf(letGo)).toEqual([]);
  });

  test('says once that an event is cancelled, to one with bookings, a hold and a place in line', async () => {
    const userId = nobodyYet();
    const lost = { status: 'CANCELLED' as const, updatedAt: at(8), cancelledAt: at(8), eventCancelledAt: at(7) };
    const messages = ['a', 'b', 'c'].map((id) =>
      changeMessage(booking(userId, { bookingId: `bkg_${id}`, ...lost }), booking(userId)),
    );
    const entry = { pk: `EVENT#${eventId}#TIER#standard`, sk: 'WAITLIST#000000000001', userId, eventId };
    messages.push(changeMessage({ ...entry, eventName: 'Jazz', status: 'CLOSED', eventCancelledAt: at(7) }, entry));
    expect(await deliver(functions.notify, [...messages, ...messages])).toEqual([]);
    expect(await kindsOf(userId)).toEqual(['event-cancelled']);
    expect(await unread(userId)).toBe(1);
  });

  test('survives two workers at once, and marks at the same time', async () => {
    const userId = nobodyYet();
    const messages = Array.from({ length: 10 }, (_, n) =>
      changeMessage(booking(userId, { bookingId: `bkg_${n}`, confirmedAt: at(n) })),
    );
    await Promise.all([deliver(functions.notify, messages), deliver(functions.notify, messages)]);
    expect(await listOf(userId)).toHaveLength(10);
    expect(await unread(userId)).toBe(10);
  });

  test('gets its entry from the next try where the table was away; its neighbours have theirs at once', async () => {
    const [first, second] = [nobodyYet(), nobodyYet()];
    const messages = [changeMessage(booking(first)), '{}', changeMessage(booking(second))];
    expect(await deliver(functions.notify, messages)).toEqual([1]);
    expect([await kindsOf(first), await kindsOf(second)]).toEqual([['booking-confirmed'], ['booking-confirmed']]);
  });
});

describe('news of a changed event', () => {
  test('that is too much for one run goes on in the next, and reaches each once', async () => {
    const event = { ...storedEvent(), bookingPartitions: 3 };
    const crowd = Array.from({ length: 150 }, nobodyYet);
    const put = (Item: object) => functions.documents.send(new PutCommand({ TableName: table.tableName, Item }));
    const moved = { ...event, startsAt: '2030-06-22T18:00:00.000Z', version: 2, updatedAt: at(30) };
    await put({ pk: `EVENT#${event.eventId}`, sk: 'EVENT', ...moved });
    for (const [n, userId] of crowd.entries()) {
      const partition = n % event.bookingPartitions;
      const place = { gsi1pk: `EVENT#${event.eventId}#BOOKINGS#${partition}`, gsi1sk: `${at(1)}#${n}` };
      await put({ ...booking(userId, { eventId: event.eventId }), ...place });
    }
    const message = changeMessage({ sk: 'EVENT', ...moved }, { sk: 'EVENT', ...event });
    let calls = 0;
    const short = () => (calls++ < 1 ? 60_000 : 12_000);
    expect(await deliver(functions.notify, [message], short)).toEqual([]);
    const [continuation] = await table.itemsOf('ANNOUNCEMENT#');
    expect(continuation).toMatchObject({ run: 1, version: 2 });
    const told = async () => (await table.itemsOf('NOTIFICATION#')).filter(({ kind }) => kind === 'event-changed');
    const before = (await told()).length;
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(150);
    expect(await deliver(functions.notify, [changeMessage(continuation ?? {}), message])).toEqual([]);
    expect((await told()).map(({ userId }) => userId).sort()).toEqual([...crowd].sort());
  });
});

describe('the email of an entry', () => {
  async function entryOf(userId: string, profile: object | null = {}): Promise<string> {
    const stored = {
      userId,
      email: `${userId}@example.com`,
      name: 'Ada',
      createdAt: at(0),
      updatedAt: at(0),
      ...profile,
    };
    const Item = { pk: `USER#${userId}`, sk: 'PROFILE', ...stored };
    if (profile) await functions.documents.send(new PutCommand({ TableName: table.tableName, Item }));
    await deliver(functions.notify, [changeMessage(booking(userId))]);
    const [entry] = await listOf(userId);
    return changeMessage({ ...entry });
  }
  const sent = () => postOffice.commandCalls(SendEmailCommand).length;

  test('goes out once however often the message comes', async () => {
    const userId = nobodyYet();
    const message = await entryOf(userId);
    for (const batch of [[message], [message, message], [message]]) {
      expect(await deliver(functions.sendEmail, batch)).toEqual([]);
    }
    expect(sent()).toBe(1);
    expect(postOffice.commandCalls(SendEmailCommand)[0]?.args[0].input).toMatchObject({
      FromEmailAddress: 'tickets@example.com',
      Destination: { ToAddresses: [`${userId}@example.com`] },
      Content: { Simple: { Subject: { Data: 'Booked: Jazz' } } },
    });
    expect(await listOf(userId)).toMatchObject([{ emailedAt: expect.any(String) }]);
  });

  test('that fails is tried again, loses no entry and makes no second one', async () => {
    const userId = nobodyYet();
    const message = await entryOf(userId);
    postOffice.on(SendEmailCommand).rejectsOnce(new Error('away')).rejectsOnce(new Error('away')).resolves({});
    expect(await deliver(functions.sendEmail, [message])).toEqual([0]);
    expect(await listOf(userId)).toMatchObject([{ kind: 'booking-confirmed', read: false }]);
    expect(await deliver(functions.sendEmail, [message])).toEqual([0]);
    expect(await deliver(functions.sendEmail, [message])).toEqual([]);
    expect(await deliver(functions.sendEmail, [message])).toEqual([]);
    expect(sent()).toBe(3);
    expect(await listOf(userId)).toHaveLength(1);
    expect(await unread(userId)).toBe(1);
  });

  test('is sent by one of two workers that have the message at once', async () => {
    const message = await entryOf(nobodyYet());
    const { promise, resolve: release } = Promise.withResolvers<object>();
    postOffice.on(SendEmailCommand).callsFake(() => promise);
    const first = deliver(functions.sendEmail, [message]);
    await eventually(() => expect(sent()).toBe(1));
    expect(await deliver(functions.sendEmail, [message])).toEqual([0]);
    release({});
    expect(await first).toEqual([]);
    expect(await deliver(functions.sendEmail, [message])).toEqual([]);
    expect(sent()).toBe(1);
  });

  test('is sent by the next worker where one was killed before it could', async () => {
    const userId = nobodyYet();
    const message = await entryOf(userId);
    const [entry] = await listOf(userId);
    if (!entry) throw new Error('no entry');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 61_000 });
    await functions.store.claimEmail(entry, remainingMs);
    vi.useRealTimers();
    expect(await deliver(functions.sendEmail, [message])).toEqual([]);
    expect(sent()).toBe(1);
  });

  test.each([
    ['wants none', { emailNotifications: false }, 'tickets@example.com'],
    ['has no address', null, 'tickets@example.com'],
    ['lives in a stage that sends none', {}, ''],
  ])('is not sent, then or later, to a person who %s', async (_who, profile, from) => {
    vi.stubEnv('MAIL_FROM', from);
    const userId = nobodyYet();
    const message = await entryOf(userId, profile);
    expect(await deliver(functions.sendEmail, [message])).toEqual([]);
    vi.stubEnv('MAIL_FROM', 'tickets@example.com');
    expect(await deliver(functions.sendEmail, [message])).toEqual([]);
    expect(sent()).toBe(0);
    expect(await listOf(userId)).toMatchObject([{ emailOff: true }]);
  });
});
