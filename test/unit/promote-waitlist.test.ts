import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Event } from '../../functions/domain/event.ts';
import * as keys from '../../functions/store/keys.ts';
import { promoteWaitlist } from '../../functions/store/promote-waitlist.ts';
import { closeWaitlist } from '../../functions/store/waitlist-store.ts';
import { shard, storedEvent } from '../support/factories.ts';
import { waitlistItems } from '../support/waitlist-items.ts';

vi.stubEnv('TABLE_NAME', 'evently-test');
vi.stubEnv('AWS_REGION', 'eu-central-1');
const database = mockClient(DynamoDBDocumentClient);
let event: Event;
let ref: { eventId: string; tierId: string };
beforeEach(() => {
  database.reset();
  event = storedEvent({ tiers: [{ tierId: 'standard', name: 'S', price: 100, currency: 'EUR', capacity: 10 }] });
  ref = { eventId: event.eventId, tierId: 'standard' };
});

/** A line of people who want so many seats each, and one shard. Who is in `gone` has left since the line was read. */
function line(quantities: number[], available: number, gone: ReadonlySet<number> = new Set()) {
  const entries = quantities.map((quantity, n) => ({ userId: `user-${n + 1}`, quantity, status: 'WAITING' as const }));
  const items = waitlistItems(ref, entries);
  const waiting = items.filter(({ sk }) => String(sk).startsWith('WAITING#'));
  const ended = new Set<number>();
  database
    .on(GetCommand, { Key: keys.eventKey(event.eventId) })
    .resolves({ Item: { ...keys.eventKey(event.eventId), ...event } });
  database.on(GetCommand, { Key: keys.waitlistKey(event.eventId, 'standard') }).callsFake(() => {
    const left = entries.filter((_, n) => !ended.has(n + 1));
    const [list] = waitlistItems(ref, left).filter(({ sk }) => sk === 'WAITLIST');
    return { Item: { ...list, nextSeq: entries.length + 1 } };
  });
  let free = available;
  database.on(BatchGetCommand).callsFake(() => {
    const tierKey = keys.tierKey(event.eventId, 'standard');
    const item = {
      ...keys.shardKey(event.eventId, 'standard', 0),
      ...shard({ tierKey, available: free, waiting: true }),
    };
    return { Responses: { 'evently-test': [item] } };
  });
  database.on(QueryCommand).callsFake(({ ExpressionAttributeValues: values, Limit }) => {
    const found = waiting.filter(({ sk, seq }) => String(sk).startsWith(values[':prefix']) && !ended.has(Number(seq)));
    return { Items: found.slice(0, Limit) };
  });
  database.on(TransactWriteCommand).callsFake((input: TransactWriteCommandInput) => {
    const seq = seqOf(input);
    if (seq === undefined) return {};
    if (gone.has(seq) && !ended.has(seq)) {
      ended.add(seq);
      throw refusal(input, /^WAITLIST#0/, { status: 'LEFT' });
    }
    ended.add(seq);
    free -= quantities[seq - 1] ?? 0;
    return {};
  });
  return { promotedTo: () => bookings().map((booking) => booking?.userId), ended };
}

type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];
const keyIn = (item: TransactItem) => (item.Put?.Item ?? (item.Update ?? item.Delete ?? item.ConditionCheck)?.Key)?.sk;
const sent = () => database.commandCalls(TransactWriteCommand).map((call) => call.args[0].input);
const bookings = () =>
  sent().flatMap((input) => (input.TransactItems ?? []).map((item) => item.Put?.Item).filter(Boolean));
function seqOf(input: TransactWriteCommandInput): number | undefined {
  const sk = input.TransactItems?.map(keyIn).find((key) => /^WAITLIST#0/.test(String(key)));
  return sk === undefined ? undefined : Number(String(sk).slice('WAITLIST#'.length));
}
function refusal(input: TransactWriteCommandInput, sk: RegExp, item: object, code = 'ConditionalCheckFailed') {
  return new TransactionCanceledException({
    message: 'Transaction cancelled',
    $metadata: {},
    CancellationReasons: (input.TransactItems ?? []).map((action) =>
      sk.test(String(keyIn(action))) ? { Code: code, Item: marshall(item) } : { Code: 'None' },
    ),
  });
}
const run = (remainingMs = () => 5_000) => promoteWaitlist(ref, remainingMs);
/** Updates of the waitlist item. */
const listUpdates = () =>
  sent().flatMap((input) =>
    (input.TransactItems ?? []).filter((item) => keyIn(item) === 'WAITLIST').map((item) => item.Update),
  );

describe('a promotion', () => {
  it('is one transaction: entry, line, place, waitlist, booking and seats', async () => {
    line([2, 2], 2);
    await run();
    const [first] = sent();
    const kinds = first?.TransactItems?.map((item) => String(keyIn(item)).replace(/#.*/, ''));
    expect(kinds).toEqual(['WAITLIST', 'WAITING', 'WAITLIST', 'WAITLIST', 'BOOKING', 'INVENTORY']);
    const [booking] = bookings();
    expect(booking).toMatchObject({ status: 'CONFIRMED', promoted: true, quantity: 2, total: 200, userId: 'user-1' });
    const take = first?.TransactItems?.at(-1)?.Update;
    expect(take?.ConditionExpression).not.toContain('waiting');
    expect(take?.ConditionExpression).toContain('available >= :quantity');
  });

  it('goes in order, and passes over who does not fit', async () => {
    const { promotedTo } = line([3, 1, 3, 1, 1], 2);
    await run();
    expect(promotedTo()).toEqual(['user-2', 'user-4']);
    expect(listUpdates()[0]?.ExpressionAttributeValues).toMatchObject({ ':p0': { upTo: 2, available: 2 } });
  });

  it('goes to the next where somebody left meanwhile', async () => {
    const { promotedTo } = line([1, 1, 1], 1, new Set([1]));
    await run();
    expect(promotedTo()).toEqual(['user-1', 'user-2']);
  });

  it('is repeated after conflicts, and done once where only its answer was lost', async () => {
    const { ended } = line([1, 1], 1);
    const committed: unknown[] = [];
    let attempts = 0;
    database.on(TransactWriteCommand).callsFake((input: TransactWriteCommandInput) => {
      attempts += 1;
      if (attempts === 1) throw refusal(input, /INVENTORY/, {}, 'TransactionConflict');
      const booking = input.TransactItems?.map((item) => item.Put?.Item).find(Boolean);
      if (committed.length > 0) throw refusal(input, /BOOKING/, committed[0] as object);
      committed.push(booking);
      ended.add(1);
      throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError' });
    });
    await run();
    expect(committed).toMatchObject([{ userId: 'user-1' }]);
    expect(attempts).toBe(3);
  });

  it('asks for another run where time is short, so that the message does not fail', async () => {
    const { promotedTo } = line([1, 1, 1], 3);
    let left = 2_700;
    await run(() => {
      left -= 500;
      return left;
    });
    expect(promotedTo().length).toBeLessThan(3);
    expect(listUpdates().at(-1)).toMatchObject({ UpdateExpression: 'SET again = :now' });
  });

  it('notes seats that fit nobody, if nobody joined meanwhile', async () => {
    line([3], 2);
    await run();
    expect(listUpdates()).toMatchObject([
      {
        ConditionExpression: 'nextSeq = :nextSeq',
        ExpressionAttributeValues: { ':nextSeq': 2, ':leftOver': { available: 2 } },
      },
    ]);
    expect(bookings()).toEqual([]);
  });

  it('does not grow with the line: as many reads for 3 as for 1,000 people', async () => {
    const reads = async (people: number) => {
      database.reset();
      line(
        Array.from({ length: people }, (_, n) => (n % 2) + 1),
        1,
      );
      await run();
      return database.commandCalls(QueryCommand).length + database.commandCalls(GetCommand).length;
    };
    expect(await reads(1_000)).toBe(await reads(4));
  });
});

describe('closing', () => {
  it('17: is what happens to a line whose sale is over', async () => {
    event.startsAt = '2020-01-01T00:00:00.000Z';
    line([1, 1], 2);
    database.on(TransactWriteCommand).resolves({});
    let closed = false;
    database.on(QueryCommand).callsFake(() => {
      const [first, second] = waitlistItems(
        ref,
        [1, 1].map((quantity, n) => ({ userId: `u${n}`, quantity, status: 'WAITING' })),
      );
      const items = closed ? [] : [first, second];
      closed = true;
      return { Items: items };
    });
    await run();
    expect(bookings()).toEqual([]);
    const [first, second] = sent();
    expect(first?.TransactItems?.[0]?.Update?.ExpressionAttributeValues).toMatchObject({ ':status': 'CLOSED' });
    expect(second?.TransactItems?.[1]?.Update?.ExpressionAttributeValues).toMatchObject({ ':waiting': false });
  });

  it('17: is what happens to a line whose sale closes while it is read', async () => {
    line([1], 1);
    const closesAt = Date.parse(event.startsAt);
    vi.useFakeTimers({ toFake: ['Date'], now: closesAt - 1 });
    database.on(BatchGetCommand).callsFake(() => {
      vi.setSystemTime(closesAt);
      const tierKey = keys.tierKey(event.eventId, 'standard');
      const item = {
        ...keys.shardKey(event.eventId, 'standard', 0),
        ...shard({ tierKey, available: 1, waiting: true }),
      };
      return { Responses: { 'evently-test': [item] } };
    });
    await run().finally(() => vi.useRealTimers());
    expect(bookings()).toEqual([]);
    expect(sent()[0]?.TransactItems?.[0]?.Update?.ExpressionAttributeValues).toMatchObject({ ':status': 'CLOSED' });
  });

  it('goes on where it stopped: it tells that time ran out', async () => {
    line([1, 1], 0);
    expect(await closeWaitlist(event.eventId, 'standard', () => 1_000)).toBe(false);
    expect(sent()).toEqual([]);
  });

  it('tells why, and reads the line anew where somebody left meanwhile', async () => {
    event.status = 'CANCELLED';
    event.cancelledAt = '2026-02-01T00:00:00.000Z';
    line([1, 1], 0, new Set([1]));
    const joined = { ...ref, userId: 'user-1', quantity: 1, seq: 1, counted: true, joinedAt: 'x' };
    let reads = 0;
    database.on(QueryCommand).callsFake(() => {
      reads += 1;
      return { Items: reads > 2 ? [] : [joined] };
    });
    expect(await closeWaitlist(event.eventId, 'standard', () => 5_000)).toBe(true);
    const [first] = sent();
    expect(sent()).toHaveLength(3);
    expect(first?.TransactItems?.[0]?.Update?.ExpressionAttributeValues).toMatchObject({
      ':eventCancelledAt': '2026-02-01T00:00:00.000Z',
    });
    expect(first?.TransactItems?.at(-1)?.Update?.Key).toEqual(keys.purchasesKey('user-1', event.eventId));
  });
});
