import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DynamoDBDocumentClient,
  GetCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { ulid } from 'ulid';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Event } from '../../functions/domain/event.ts';
import type { Shard } from '../../functions/domain/inventory.ts';
import { type BookingOrder, book } from '../../functions/store/book.ts';
import { eventKey, shardKey, tierKey } from '../../functions/store/keys.ts';
import { shard, storedEvent, tierBody } from '../support/factories.ts';

vi.stubEnv('TABLE_NAME', 'evently-test');
vi.stubEnv('AWS_REGION', 'eu-central-1');
const database = mockClient(DynamoDBDocumentClient);
beforeEach(() => {
  database.reset();
});

const code = (code: string, details = {}) =>
  expect.objectContaining({ code, details: expect.objectContaining(details) });

function order(event: Event, overrides: Partial<BookingOrder> = {}): BookingOrder {
  return {
    bookingId: `bkg_${ulid()}`,
    userId: 'buyer-1',
    eventId: event.eventId,
    quantity: 2,
    remainingMs: () => 5_000,
    ...overrides,
  };
}

const keyed = (request: unknown = { quantity: 2 }) => ({
  callerId: 'buyer-1',
  operationId: 'createBooking',
  key: 'key-1',
  request,
});

/** An event that can be read, and its shards. */
function stored(event: Event, shards: Partial<Shard>[] = []) {
  database
    .on(GetCommand, { Key: eventKey(event.eventId) })
    .resolves({ Item: { ...eventKey(event.eventId), ...event } });
  const items = shards.map((part, index) => ({
    ...shardKey(event.eventId, 'standard', index),
    ...shard({ shard: index, tierKey: tierKey(event.eventId, 'standard'), ...part }),
  }));
  database.on(BatchGetCommand).resolves({ Responses: { 'evently-test': items } });
  return event;
}

type Reason = { Code: string; Item?: object } | undefined;

/** The cancellation that DynamoDB reports, with a reason for the action on each kind of item. */
function cancelledFor(input: TransactWriteCommandInput, reasonOf: (sk: string) => Reason) {
  return new TransactionCanceledException({
    message: 'Transaction cancelled',
    $metadata: {},
    CancellationReasons: (input.TransactItems ?? []).map((item) => {
      const reason = reasonOf(skOf(item));
      return { Code: reason?.Code ?? 'None', ...(reason?.Item && { Item: marshall(reason.Item) }) };
    }),
  });
}

type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];
const skOf = (item: TransactItem) => String((item.Put?.Item ?? item.Update?.Key)?.sk);

/** Answers transactions one after the other; a function throws, undefined commits. Later ones commit. */
function transactions(...answers: (((input: TransactWriteCommandInput) => Error) | undefined)[]) {
  let count = 0;
  database.on(TransactWriteCommand).callsFake((input: TransactWriteCommandInput) => {
    const answer = answers[count];
    count += 1;
    if (answer) throw answer(input);
    return {};
  });
}

const sent = () => database.commandCalls(TransactWriteCommand).map((call) => call.args[0].input.TransactItems ?? []);
const shardsOf = (items: TransactItem[]) =>
  items.filter((item) => skOf(item) === 'INVENTORY').map((item) => String(item.Update?.Key?.pk).slice(-2));
const conflictOnShard = (input: TransactWriteCommandInput) =>
  cancelledFor(input, (sk) => (sk === 'INVENTORY' ? { Code: 'TransactionConflict' } : undefined));

describe('a booking', () => {
  it('is one database call where the event is known', async () => {
    const event = stored(storedEvent());
    transactions();
    await book(order(event));
    database.resetHistory();
    const { booking } = await book(order(event));
    expect(booking).toMatchObject({ eventId: event.eventId, quantity: 2, total: 9_800, status: 'CONFIRMED' });
    expect(database.calls()).toHaveLength(1);
  });

  it('stays on its shard while that succeeds', async () => {
    const event = stored(storedEvent());
    transactions();
    for (let i = 0; i < 5; i += 1) await book(order(event));
    expect(new Set(sent().flatMap(shardsOf)).size).toBe(1);
  });

  it('moves to another shard when another booking is in its way, and stays there', async () => {
    const event = stored(storedEvent());
    transactions(undefined, conflictOnShard);
    await book(order(event));
    await book(order(event));
    await book(order(event));
    const [first, second, third, fourth] = sent().flatMap(shardsOf);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
    expect(fourth).toBe(third);
  });

  it('gets over throttles, on its shard', async () => {
    const event = stored(storedEvent());
    const throttled = (input: TransactWriteCommandInput) =>
      cancelledFor(input, (sk) => (sk === 'INVENTORY' ? { Code: 'ThrottlingError' } : undefined));
    transactions(throttled, () => Object.assign(new Error('slow down'), { name: 'ThrottlingException' }));
    expect((await book(order(event))).booking.status).toBe('CONFIRMED');
    expect(sent()).toHaveLength(3);
    expect(new Set(sent().flatMap(shardsOf)).size).toBe(1);
  });

  it('looks at all shards when a quarter of its own is sold, and draws from one that nobody sells', async () => {
    const event = stored(storedEvent({ tiers: [tierBody({ capacity: 200, maxPerBooking: 100 })] }));
    transactions();
    await book(order(event, { quantity: 26 }));
    expect(database.commandCalls(BatchGetCommand)).toHaveLength(0);
    const [own] = sent().flatMap(shardsOf);
    stored(event, own === '00' ? [{ available: 74 }, {}] : [{}, { available: 74 }]);
    await book(order(event));
    await book(order(event));
    expect(database.commandCalls(BatchGetCommand)).toHaveLength(1);
    const [, second, third] = sent().flatMap(shardsOf);
    expect(second).not.toBe(own);
    expect(third).toBe(second);
  });

  it('is never refused by a look alone: the event may be gone', async () => {
    const event = stored(storedEvent({ tiers: [tierBody({ capacity: 200, maxPerBooking: 100 })] }));
    transactions(undefined, (input) =>
      cancelledFor(input, (sk) => (sk === 'INVENTORY' ? { Code: 'ConditionalCheckFailed' } : undefined)),
    );
    await book(order(event, { quantity: 30 }));
    database.on(GetCommand, { Key: eventKey(event.eventId) }).resolves({});
    await expect(book(order(event))).rejects.toThrow(code('not-found'));
  });

  it('is answered "busy", never "sold out", where conflicts outlast the time that is left', async () => {
    const event = stored(storedEvent(), [{ available: 0 }]);
    database.on(TransactWriteCommand).callsFake((input) => {
      throw conflictOnShard(input);
    });
    let remaining = 40;
    const remainingMs = () => {
      remaining -= 10;
      return remaining;
    };
    await expect(book(order(event, { remainingMs }))).rejects.toThrow(code('busy', { retryAfterSeconds: 1 }));
  });

  it('is found again where the answer to its own commit was lost', async () => {
    const event = stored(storedEvent());
    const lost = () => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    const request = order(event);
    transactions(lost, (input) =>
      cancelledFor(input, (sk) =>
        sk.startsWith('BOOKING#')
          ? { Code: 'ConditionalCheckFailed', Item: sent()[0]?.find((item) => skOf(item) === sk)?.Put?.Item ?? {} }
          : { Code: 'TransactionConflict' },
      ),
    );
    const { booking, replayed } = await book(request);
    expect(booking.bookingId).toBe(request.bookingId);
    expect(replayed).toBe(false);
  });

  it('passes on what no retry can mend', async () => {
    const event = stored(storedEvent());
    transactions(() =>
      Object.assign(new Error('no'), { name: 'ValidationException', $metadata: { httpStatusCode: 400 } }),
    );
    await expect(book(order(event))).rejects.toThrow('no');
    expect(sent()).toHaveLength(1);
  });

  it('is not found for a draft, an unknown event or an unknown tier', async () => {
    await expect(book(order(stored(storedEvent({ status: 'DRAFT' }))))).rejects.toThrow(code('not-found'));
    await expect(book(order(stored(storedEvent()), { tierId: 'other' }))).rejects.toThrow(code('not-found'));
    database.reset();
    database.on(GetCommand).resolves({});
    await expect(book(order(storedEvent()))).rejects.toThrow(code('not-found'));
    expect(sent()).toHaveLength(0);
  });

  it('must name the tier where there are several', async () => {
    const event = stored(storedEvent({ tiers: [tierBody(), tierBody({ tierId: 'vip' })] }));
    await expect(book(order(event))).rejects.toThrow(code('validation-error'));
  });
});

describe('an idempotency key', () => {
  const record = (body: unknown, request: unknown = { quantity: 2 }) => {
    // What the first request with this key wrote, taken from the request itself.
    const [items] = sent();
    const put = items?.find((item) => skOf(item).startsWith('IDEMPOTENCY#'))?.Put?.Item ?? {};
    return { ...put, body: JSON.stringify(body), request };
  };

  it('answers the same again, whatever else stands against the repeated request', async () => {
    const event = stored(storedEvent());
    transactions(undefined, (input) =>
      cancelledFor(input, (sk) =>
        sk.startsWith('IDEMPOTENCY#')
          ? { Code: 'ConditionalCheckFailed', Item: record({ bookingId: 'bkg_first' }) }
          : { Code: sk === 'INVENTORY' ? 'ConditionalCheckFailed' : 'TransactionConflict' },
      ),
    );
    await book(order(event, { idempotent: keyed() }));
    const again = await book(order(event, { idempotent: keyed() }));
    expect(again).toEqual({ booking: { bookingId: 'bkg_first' }, replayed: true });
  });

  it('is refused for another request', async () => {
    const event = stored(storedEvent());
    transactions(undefined, (input) =>
      cancelledFor(input, (sk) =>
        sk.startsWith('IDEMPOTENCY#') ? { Code: 'ConditionalCheckFailed', Item: record({}) } : undefined,
      ),
    );
    await book(order(event, { idempotent: keyed() }));
    await expect(book(order(event, { idempotent: keyed({ quantity: 3 }), quantity: 3 }))).rejects.toThrow(
      code('idempotency-key-reused'),
    );
  });

  it('still answers with its booking when the tier is remembered as sold out', async () => {
    const event = stored(storedEvent(), [{ available: 0 }]);
    transactions(undefined, (input) =>
      cancelledFor(input, (sk) =>
        sk === 'INVENTORY' ? { Code: 'ConditionalCheckFailed', Item: shard({ available: 0 }) } : undefined,
      ),
    );
    await book(order(event, { idempotent: keyed() }));
    await expect(book(order(event))).rejects.toThrow(code('sold-out'));
    const kept = { ...record({ bookingId: 'bkg_first' }), expiresAt: Date.now() };
    database.on(GetCommand).resolves({ Item: kept });
    const again = await book(order(event, { idempotent: keyed() }));
    expect(again).toEqual({ booking: { bookingId: 'bkg_first' }, replayed: true });
  });
});

const shardEmpty = (input: TransactWriteCommandInput) =>
  cancelledFor(input, (sk) =>
    sk === 'INVENTORY' ? { Code: 'ConditionalCheckFailed', Item: shard({ available: 0 }) } : undefined,
  );

describe('an empty shard', () => {
  it('sends the booking to a shard that has enough', async () => {
    const event = stored(storedEvent(), [{ available: 0 }, { available: 1 }, { available: 7 }]);
    transactions(shardEmpty);
    await book(order(event));
    expect(shardsOf(sent()[1] ?? [])).toEqual(['02']);
  });

  it('makes that shard the own one', async () => {
    const left = [0, 0, 40, 0, 0].map((available) => ({ available }));
    const event = stored(storedEvent(), left);
    transactions(shardEmpty);
    await book(order(event));
    await book(order(event));
    expect(sent().flatMap(shardsOf).slice(1)).toEqual(['02', '02']);
    expect(database.commandCalls(BatchGetCommand)).toHaveLength(1);
  });

  it('draws from several shards in one transaction where none alone has enough', async () => {
    const event = stored(storedEvent(), [{ available: 1 }, { available: 0 }, { available: 1 }]);
    transactions(shardEmpty);
    const { booking } = await book(order(event));
    expect(booking.quantity).toBe(2);
    expect(shardsOf(sent()[1] ?? [])).toEqual(['00', '02']);
    const bookings = (sent()[1] ?? []).flatMap((item) => item.Update?.ExpressionAttributeValues?.[':bookings'] ?? []);
    expect(bookings).toEqual([1]);
  });

  it('is "sold out" only when two readings in a row are the same', async () => {
    const event = stored(storedEvent({ tiers: [tierBody({ capacity: 101 })] }));
    const reading = (...parts: Partial<Shard>[]) => ({
      Responses: {
        'evently-test': parts.map((part, index) =>
          shard({ shard: index, tierKey: tierKey(event.eventId, 'standard'), ...part }),
        ),
      },
    });
    // Seats move from one shard to the other between the two reads of one batch: neither reading shows them.
    database
      .on(BatchGetCommand)
      .resolvesOnce(reading({ available: 0, version: 4 }, { available: 0, version: 9 }))
      .resolvesOnce(reading({ available: 2, version: 5 }, { available: 0, version: 9 }));
    transactions(shardEmpty);
    await book(order(event));
    expect(shardsOf(sent()[1] ?? [])).toEqual(['00']);
  });

  it('remembers for a second that the tier is sold out: no call for the next one', async () => {
    const event = stored(storedEvent(), [{ available: 1 }, { available: 0 }]);
    transactions(shardEmpty);
    await expect(book(order(event))).rejects.toThrow(code('sold-out', { available: 1 }));
    database.resetHistory();
    await expect(book(order(event))).rejects.toThrow(code('sold-out', { available: 1 }));
    expect(database.calls()).toHaveLength(0);
    transactions();
    await expect(book(order(event, { quantity: 1 }))).resolves.toMatchObject({ booking: { quantity: 1 } });
  });
});

describe('rules that changed meanwhile', () => {
  it('are read anew: the new price is paid', async () => {
    const event = stored(storedEvent());
    transactions(undefined, (input) =>
      cancelledFor(input, (sk) =>
        sk === 'INVENTORY' ? { Code: 'ConditionalCheckFailed', Item: shard({ ruleVersion: 2 }) } : undefined,
      ),
    );
    await book(order(event));
    const changed = { ...event, version: 2, tiers: event.tiers.map((tier) => ({ ...tier, price: 1, ruleVersion: 2 })) };
    stored(changed);
    expect((await book(order(event))).booking).toMatchObject({ unitPrice: 1, total: 2 });
  });

  it('outrank a purchase limit that an old rule refused', async () => {
    const event = stored(storedEvent({ tiers: [tierBody({ maxPerUser: 2 })] }));
    transactions(undefined, (input) =>
      cancelledFor(input, (sk) => {
        if (sk === 'INVENTORY') return { Code: 'ConditionalCheckFailed', Item: shard({ ruleVersion: 2 }) };
        return sk.startsWith('PURCHASES#') ? { Code: 'ConditionalCheckFailed' } : undefined;
      }),
    );
    await book(order(event));
    stored({ ...event, tiers: event.tiers.map((tier) => ({ ...tier, maxPerUser: 9, ruleVersion: 2 })) });
    await expect(book(order(event))).resolves.toMatchObject({ booking: { quantity: 2 } });
  });

  it('make a deleted event not found', async () => {
    const event = stored(storedEvent());
    transactions(undefined, (input) =>
      cancelledFor(input, (sk) => (sk === 'INVENTORY' ? { Code: 'ConditionalCheckFailed' } : undefined)),
    );
    await book(order(event));
    database.on(GetCommand, { Key: eventKey(event.eventId) }).resolves({});
    await expect(book(order(event))).rejects.toThrow(code('not-found'));
  });
});

describe('a purchase limit', () => {
  it('is counted in the same transaction and outranks an empty shard', async () => {
    const event = stored(storedEvent({ tiers: [tierBody({ maxPerUser: 3 })] }));
    transactions((input) =>
      cancelledFor(input, (sk) => {
        if (sk === 'INVENTORY') return { Code: 'ConditionalCheckFailed', Item: shard({ available: 0 }) };
        const Item = { pk: 'p', sk, 'tickets#standard': 2 };
        return sk.startsWith('PURCHASES#') ? { Code: 'ConditionalCheckFailed', Item } : undefined;
      }),
    );
    await expect(book(order(event))).rejects.toThrow(code('purchase-limit', { maxPerUser: 3, purchased: 2 }));
  });
});
