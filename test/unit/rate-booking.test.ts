import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  DynamoDBDocumentClient,
  GetCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { ulid } from 'ulid';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Event } from '../../functions/domain/event.ts';
import { type RatePolicy, windowAt } from '../../functions/domain/rate.ts';
import { type BookingOrder, book } from '../../functions/store/book.ts';
import { eventKey } from '../../functions/store/keys.ts';
import { storedEvent } from '../support/factories.ts';

vi.stubEnv('TABLE_NAME', 'evently-test');
vi.stubEnv('AWS_REGION', 'eu-central-1');
const database = mockClient(DynamoDBDocumentClient);
beforeEach(() => {
  database.reset();
});

const bookings: RatePolicy = { name: 'bookings', quota: 10, windowSeconds: 60 };
const holds: RatePolicy = { name: 'holds', quota: 4, windowSeconds: 3_600 };
const code = (code: string, details = {}) =>
  expect.objectContaining({ code, details: expect.objectContaining(details) });

type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];
const skOf = ({ Put, Update, ConditionCheck }: TransactItem) =>
  String((Put?.Item ?? Update?.Key ?? ConditionCheck?.Key)?.sk);
const sent = () => database.commandCalls(TransactWriteCommand).map((call) => call.args[0].input.TransactItems ?? []);
const partOf = (items: TransactItem[] | undefined, sk: string) => items?.find((item) => skOf(item).startsWith(sk));

function order(event: Event, overrides: Partial<BookingOrder> = {}): BookingOrder {
  const login = { userId: 'ada', loginId: 'login-1', authTime: 1_800_000_000 };
  return {
    bookingId: `bkg_${ulid()}`,
    userId: 'ada',
    login,
    rates: { bookings, holds },
    eventId: event.eventId,
    quantity: 1,
    remainingMs: () => 5_000,
    ...overrides,
  };
}

/** An event that can be read, and the items that refuse the first transactions, by their sort keys. */
function stored(event: Event, ...refusals: Record<string, object>[]): Event {
  database.on(GetCommand).resolves({});
  database.on(GetCommand, { Key: eventKey(event.eventId) }).resolves({ Item: { ...event } });
  database.on(TransactWriteCommand).callsFake(({ TransactItems = [] }: TransactWriteCommandInput) => {
    const items = refusals.shift();
    if (!items) return {};
    throw new TransactionCanceledException({
      message: 'cancelled',
      $metadata: {},
      CancellationReasons: TransactItems.map((item) => {
        const refusing = Object.entries(items).find(([sk]) => skOf(item).startsWith(sk));
        return refusing ? { Code: 'ConditionalCheckFailed', Item: marshall(refusing[1]) } : { Code: 'None' };
      }),
    });
  });
  return event;
}

/** Counters as they stand, so many in this window and the one before. */
const counted = (policy: RatePolicy, current: number, previous = 0) => {
  const window = windowAt(policy, Date.now());
  return { [`${policy.name}#${window}`]: current, [`${policy.name}#${window - 1}`]: previous };
};

describe('counting bookings', () => {
  test('takes no call and no action more: the check of the login counts', async () => {
    const event = stored(storedEvent());
    await book(order(event, { rates: undefined }));
    const [without = []] = sent();
    database.resetHistory();
    await book(order(event));
    const [items = []] = sent();
    expect(database.calls()).toHaveLength(1);
    expect(items.map(skOf).map((sk) => sk.split('#')[0])).toEqual(without.map(skOf).map((sk) => sk.split('#')[0]));
    expect(partOf(without, 'ACCESS')?.ConditionCheck).toBeDefined();
    const { Update: update } = partOf(items, 'ACCESS') ?? {};
    expect(update?.ConditionExpression).toContain(partOf(without, 'ACCESS')?.ConditionCheck?.ConditionExpression);
    expect(update?.UpdateExpression).toMatch(/^ADD #rate0 :one SET expiresAt = if_not_exists\(expiresAt, :expiresAt\)/);
  });

  test('is refused where the quota is used up, and says when to come back', async () => {
    const event = stored(storedEvent(), { ACCESS: counted(bookings, 10) });
    await expect(book(order(event))).rejects.toThrow(code('rate-limited', { policy: 'bookings', quota: 10 }));
    expect(sent()).toHaveLength(1);
  });

  test('is tried once more where the window before was busier than thought, and there is room', async () => {
    vi.useFakeTimers({ now: 60_000 * 30_000_000 + 54_000, toFake: ['Date'] });
    const event = stored(storedEvent(), { ACCESS: counted(bookings, 1, 9) });
    await expect(book(order(event))).resolves.toMatchObject({ booking: { status: 'CONFIRMED' } });
    const [first, second] = sent().map((items) => partOf(items, 'ACCESS')?.Update?.ExpressionAttributeValues);
    expect(first).toMatchObject({ ':ratePrevious': 5 });
    expect(second).toMatchObject({ ':ratePrevious': 9, ':rateRoom': 8 });
    vi.useRealTimers();
  });

  test('does not hide that the login has ended', async () => {
    const ended = { ...counted(bookings, 10), logins: { 'login-1': 1_800_000_000 }, revision: 1 };
    await expect(book(order(stored(storedEvent(), { ACCESS: ended })))).rejects.toThrow(code('unauthenticated'));
  });

  test('does not keep a repeated request from its answer', async () => {
    const idempotent = { callerId: 'ada', operationId: 'createBooking', key: 'k', request: { quantity: 1 } };
    const event = stored(storedEvent());
    await book(order(event, { idempotent }));
    const record = partOf(sent()[0], 'IDEMPOTENCY')?.Put?.Item ?? {};
    stored(event, { ACCESS: counted(bookings, 10), IDEMPOTENCY: record });
    await expect(book(order(event, { idempotent }))).resolves.toMatchObject({ replayed: true });
  });
});

describe('counting holds', () => {
  test('is part of the transaction of a hold, and of no other booking', async () => {
    const event = stored(storedEvent());
    await book(order(event));
    await book(order(event, { holdSeconds: 60 }));
    const [booked, held] = sent().map((items) => partOf(items, 'PURCHASES')?.Update);
    expect(booked).toBeUndefined();
    expect(held?.UpdateExpression).toMatch(/^ADD #rate0 :one REMOVE /);
  });

  test('shares one action with the limits of tickets', async () => {
    const event = stored(storedEvent({ maxPerUser: 8 }));
    await book(order(event, { holdSeconds: 60 }));
    const counts = (sent()[0] ?? []).filter((item) => skOf(item).startsWith('PURCHASES'));
    expect(counts).toHaveLength(1);
    expect(counts[0]?.Update?.ConditionExpression).toMatch(/#total <= :eventRoom.* AND .*#rate0 <= :rateRoom/);
  });

  test('is refused where the quota is used up', async () => {
    const event = stored(storedEvent(), { PURCHASES: counted(holds, 4) });
    await expect(book(order(event, { holdSeconds: 60 }))).rejects.toThrow(code('rate-limited', { policy: 'holds' }));
  });
});

test('a limit of the event outranks the rate of holds', async () => {
  const event = stored(storedEvent({ maxPerUser: 2 }), { PURCHASES: { ...counted(holds, 4), tickets: 2 } });
  const expected = code('purchase-limit', { maxPerUser: 2, purchased: 2 });
  await expect(book(order(event, { holdSeconds: 60 }))).rejects.toThrow(expected);
});
