import { AdminDeleteUserCommand } from '@aws-sdk/client-cognito-identity-provider';
import { BatchWriteCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { type AwsStub, mockClient } from 'aws-sdk-client-mock';
import { ulid } from 'ulid';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { caughtUp } from '../../bench/verify/findings.ts';
import { createLedger } from '../../bench/verify/ledger.ts';
import { storedEvent, tierBody } from '../support/factories.ts';
import { poolError } from '../support/identity-calls.ts';
import { changeMessage, deliver, withTable } from '../support/store-table.ts';

// The worker that deletes a person, with a table, without a queue, and with a pool that only counts.
let table: Awaited<ReturnType<typeof withTable>>;
let functions: Awaited<ReturnType<typeof load>>;
// biome-ignore lint/suspicious/noExplicitAny: the library's own type has these parameters, which say nothing here.
let pool: AwsStub<any, any, any>;
beforeAll(async () => {
  table = await withTable();
  vi.stubEnv('USER_POOL_ID', 'pool');
  functions = await load();
  pool = mockClient(functions.identity);
});
afterAll(() => table?.stop());
beforeEach(() => {
  pool.reset();
  pool.on(AdminDeleteUserCommand).resolves({});
});
afterEach(() => {
  vi.restoreAllMocks();
});

async function load() {
  const [worker, book, join, events, client, changes, deletion, notifications, profiles, identity] = await Promise.all([
    import('../../functions/workers/delete-user.ts'),
    import('../../functions/store/book.ts'),
    import('../../functions/store/join-waitlist.ts'),
    import('../../functions/store/event-store.ts'),
    import('../../functions/store/client.ts'),
    import('../../functions/store/booking-changes.ts'),
    import('../../functions/store/deletion-store.ts'),
    import('../../functions/store/notification-store.ts'),
    import('../../functions/store/profile-store.ts'),
    import('../../functions/shared/identity-client.ts'),
  ]);
  const { Patience } = await import('../../functions/store/transact.ts');
  return {
    ...{ ...worker, ...book, ...join, ...events, ...client, ...changes, ...deletion },
    ...{ ...notifications, ...profiles, ...identity, Patience },
  };
}

const remainingMs = () => 60_000;
const past = '2020-01-01T18:00:00.000Z';
const later = '2030-01-01T18:00:00.000Z';

async function newEvent(overrides: Record<string, unknown> = {}) {
  const event = storedEvent({ tiers: [tierBody({ capacity: 5, maxPerUser: 5 })], ...overrides });
  await functions.createEvent(event, {}, { remainingMs });
  return event;
}
const book = (userId: string, eventId: string, more: object = {}) => {
  const bookingId = `bkg_${ulid()}`;
  const idempotent = { callerId: userId, operationId: 'createBooking', key: bookingId, request: {} };
  return functions.book({ bookingId, userId, eventId, quantity: 1, idempotent, remainingMs, ...more });
};
const join = (userId: string, eventId: string) =>
  functions.joinWaitlist({ joinId: ulid(), userId, eventId, quantity: 1, remainingMs });

/** Somebody with everything that a person can have, whose deletion is asked for. */
async function leavingPerson() {
  const userId = `leaving-${ulid().toLowerCase()}`;
  const now = new Date().toISOString();
  const profile = {
    userId,
    email: 'ada@example.com',
    name: 'Ada',
    emailNotifications: true,
    createdAt: now,
    updatedAt: now,
  };
  await functions.createProfile(profile, remainingMs);
  const [toCome, over, soldOut] = [
    await newEvent(),
    await newEvent({ startsAt: past, tiers: [tierBody({ capacity: 5, maxPerUser: 5, saleClosesAt: later })] }),
    await newEvent({ tiers: [tierBody({ capacity: 1, maxPerUser: 5 })] }),
  ];
  await book('somebody-else', soldOut.eventId);
  for (const eventId of [toCome.eventId, toCome.eventId, over.eventId]) await book(userId, eventId);
  await book(userId, toCome.eventId, { holdSeconds: 600 });
  const cancelled = await book(userId, toCome.eventId);
  await functions.cancelBooking(userId, cancelled.booking.bookingId, remainingMs);
  await join(userId, soldOut.eventId);
  for (let n = 0; n < 3; n += 1) await notify(userId, n);
  await newEvent({ status: 'DRAFT' }).then(async (draft) => {
    await functions.deleteEvent(draft, remainingMs);
    await functions.createEvent({ ...draft, organizerId: userId }, {}, { remainingMs });
  });
  const deletion = { userId, requestedAt: new Date().toISOString(), by: 'person' } as const;
  await functions.requestDeletion(deletion, new functions.Patience(remainingMs));
  const message = changeMessage({ pk: `USER#${userId}`, sk: 'DELETION', ...deletion });
  return { userId, message, toCome, over, soldOut };
}

function notify(userId: string, n: number) {
  const news = {
    kind: 'event-changed',
    about: `n ${n}`,
    at: new Date().toISOString(),
    title: 't',
    message: 'm',
  } as const;
  return functions.addNotification(
    functions.notificationOn({ ...news, eventId: 'evt_01JY3W8H6V7Q2X4Z9K5M1N0PRS' }, userId),
    remainingMs,
  );
}

const itemsOf = async (userId: string) => (await table.itemsOf('')).filter(({ pk }) => pk === `USER#${userId}`);
const kindsOf = async (userId: string) =>
  (await itemsOf(userId)).map(({ sk }) => String(sk).split('#')[0] ?? '').sort();
/** No other worker runs here. */
const findings = async () => {
  const ledger = createLedger();
  for (const item of await table.itemsOf('')) ledger.add(item);
  return ledger.close().findings.filter(({ rule }) => !caughtUp.has(rule) && rule !== 'who waits');
};

/** Lets so many writes through, then none: the process that made them is gone. */
function dieAfter(writes: number) {
  const { documents } = functions;
  const send = documents.send.bind(documents);
  let sent = 0;
  return vi.spyOn(documents, 'send').mockImplementation(((command: unknown) => {
    if (command instanceof TransactWriteCommand || command instanceof BatchWriteCommand) sent += 1;
    if (sent > writes) return Promise.reject(new Error('gone'));
    return send(command as Parameters<typeof send>[0]);
  }) as typeof send);
}

async function expectGone({ userId, toCome, over, soldOut }: Awaited<ReturnType<typeof leavingPerson>>) {
  expect(await kindsOf(userId)).toEqual(['ACCESS', ...Array(5).fill('BOOKING'), 'DELETION', 'INBOX']);
  const items = await itemsOf(userId);
  expect(JSON.stringify(items)).not.toMatch(/ada@example\.com|Ada|idempotencyKey/);
  const statusOf = (eventId: string) => items.filter((item) => item.eventId === eventId).map(({ status }) => status);
  expect(statusOf(toCome.eventId).sort()).toEqual(Array(4).fill('CANCELLED'));
  expect(statusOf(over.eventId)).toEqual(['CONFIRMED']);
  const shards = await table.itemsOf('INVENTORY');
  const shard = shards.find(({ pk }) => String(pk).includes(toCome.eventId));
  expect(shard).toMatchObject({ available: 5, sold: 0, held: 0 });
  const line = (await table.itemsOf('WAITLIST')).filter(({ pk }) => String(pk).includes(soldOut.eventId));
  expect(line.map(({ status, waiting }) => status ?? waiting).sort()).toEqual([0, 'LEFT']);
  expect(items.find(({ sk }) => sk === 'DELETION')).toMatchObject({ doneAt: expect.any(String) });
  expect(await findings()).toEqual([]);
}

describe('deleting a person', () => {
  test('cancels what is to come, keeps what is over, and leaves nothing that leads to them', async () => {
    const person = await leavingPerson();
    expect(await findings()).toEqual([]);
    expect(await deliver(functions.handler, [person.message])).toEqual([]);
    await expectGone(person);
    expect(pool.commandCalls(AdminDeleteUserCommand)[0]?.args[0].input).toEqual({
      UserPoolId: 'pool',
      Username: person.userId,
    });
  });

  test('goes on after a crash at every step, with nothing broken in between', async () => {
    const person = await leavingPerson();
    const steps: string[][] = [];
    for (let failed = [0]; failed.length > 0; ) {
      dieAfter(1);
      failed = await deliver(functions.handler, [person.message]);
      vi.restoreAllMocks();
      expect(await findings()).toEqual([]);
      steps.push(await kindsOf(person.userId));
    }
    expect(steps.length).toBeGreaterThan(7);
    await expectGone(person);
  });

  test('goes on where the user pool did not answer, and where it had answered already', async () => {
    const person = await leavingPerson();
    pool.on(AdminDeleteUserCommand).rejectsOnce(poolError('InternalErrorException'));
    expect(await deliver(functions.handler, [person.message])).toEqual([0]);
    expect((await itemsOf(person.userId)).find(({ sk }) => sk === 'DELETION')).not.toHaveProperty('doneAt');
    pool.on(AdminDeleteUserCommand).rejects(poolError('UserNotFoundException'));
    expect(await deliver(functions.handler, [person.message])).toEqual([]);
    await expectGone(person);
  });

  test('does nothing more when its message comes three times, late, or for nobody', async () => {
    const person = await leavingPerson();
    const late = changeMessage({ sk: 'DELETION#RUN', userId: person.userId, run: 7 });
    for (let n = 0; n < 3; n += 1) expect(await deliver(functions.handler, [person.message])).toEqual([]);
    const before = await table.itemsOf('');
    const nobody = changeMessage({ sk: 'DELETION', userId: 'nobody' });
    expect(await deliver(functions.handler, [person.message, late, nobody])).toEqual([]);
    expect(await table.itemsOf('')).toEqual(before);
    expect(pool.commandCalls(AdminDeleteUserCommand)).toHaveLength(1);
  });

  test('that is too long for one run goes on in the next', async () => {
    const person = await leavingPerson();
    let calls = 0;
    const short = () => (calls++ < 4 ? 60_000 : 10_000);
    expect(await deliver(functions.handler, [person.message], short)).toEqual([]);
    const next = (await itemsOf(person.userId)).find(({ sk }) => sk === 'DELETION#RUN');
    expect(next).toMatchObject({ userId: person.userId, run: 1 });
    expect(pool.calls()).toHaveLength(0);
    expect(await deliver(functions.handler, [changeMessage(next ?? {})])).toEqual([]);
    expect(pool.calls()).toHaveLength(1);
    expect(await kindsOf(person.userId)).not.toContain('PROFILE');
    expect(await findings()).toEqual([]);
  });

  test('by two workers at once ends as if it had been one', async () => {
    const person = await leavingPerson();
    await deliver(functions.handler, [person.message, person.message]);
    expect(await deliver(functions.handler, [person.message])).toEqual([]);
    await expectGone(person);
  });

  test('cancels an event that was published at the very moment, so that its buyers are told', async () => {
    const userId = `organizer-${ulid().toLowerCase()}`;
    const event = { ...storedEvent(), organizerId: userId };
    await functions.createEvent(event, {}, { remainingMs });
    await functions.requestDeletion(
      { userId, requestedAt: new Date().toISOString(), by: 'administrator' },
      new functions.Patience(remainingMs),
    );
    expect(await deliver(functions.handler, [changeMessage({ sk: 'DELETION', userId })])).toEqual([]);
    expect(await functions.getEvent(event.eventId)).toMatchObject({ status: 'CANCELLED' });
  });
});

describe('a person who is being deleted', () => {
  test('gets no booking, place, event, profile or notification, whatever is still under way', async () => {
    const { userId, toCome, soldOut } = await leavingPerson();
    const before = await table.itemsOf('');
    const login = { userId, loginId: 'login-1', authTime: Math.floor(Date.now() / 1_000) + 60 };
    const refused = { code: 'unauthenticated' };
    await expect(book(userId, toCome.eventId, { login })).rejects.toMatchObject(refused);
    await expect(join(userId, soldOut.eventId)).rejects.toMatchObject(refused);
    const event = { ...storedEvent(), organizerId: userId };
    await expect(functions.createEvent(event, {}, { personId: userId, remainingMs })).rejects.toMatchObject(refused);
    const now = new Date().toISOString();
    const profile = { userId, email: 'e', name: 'n', emailNotifications: true, createdAt: now, updatedAt: now };
    await expect(functions.createProfile(profile, remainingMs)).rejects.toMatchObject(refused);
    await notify(userId, 99);
    expect(await table.itemsOf('')).toEqual(before);
  });
});
