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
import { knownEvents } from '../../functions/store/instance-memory.ts';
import { joinWaitlist } from '../../functions/store/join-waitlist.ts';
import * as keys from '../../functions/store/keys.ts';
import { shard, storedEvent, tierBody } from '../support/factories.ts';

vi.stubEnv('TABLE_NAME', 'evently-test');
vi.stubEnv('AWS_REGION', 'eu-central-1');
const database = mockClient(DynamoDBDocumentClient);
let event: Event;

/** What the shards have left, one reading after the other, and the waitlist. */
function given(available: number[], list?: object) {
  database
    .on(GetCommand, { Key: keys.eventKey(event.eventId) })
    .resolves({ Item: { ...keys.eventKey(event.eventId), ...event } });
  database.on(GetCommand, { Key: keys.waitlistKey(event.eventId, 'standard') }).resolves(list ? { Item: list } : {});
  database.on(QueryCommand).resolves({ Items: [] });
  let reading = 0;
  database.on(BatchGetCommand).callsFake(() => {
    const tierKey = keys.tierKey(event.eventId, 'standard');
    const left = available[reading] ?? available.at(-1) ?? 0;
    reading += 1;
    const items = [0, 1].map((n) => ({ ...shard({ tierKey, shard: n, available: n === 0 ? left : 0 }) }));
    return { Responses: { 'evently-test': items } };
  });
}
beforeEach(() => {
  database.reset();
  event = storedEvent({ tiers: [tierBody({ capacity: 200 })] });
});

const join = (remainingMs = () => 5_000) =>
  joinWaitlist({ eventId: event.eventId, quantity: 1, userId: 'ada', joinId: 'wtl_1', remainingMs });
const sent = () => database.commandCalls(TransactWriteCommand).map((call) => call.args[0].input.TransactItems ?? []);
type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];
const keyIn = (item: TransactItem) => String((item.Put?.Item ?? (item.Update ?? item.ConditionCheck)?.Key)?.sk);

/** Answers transactions one after the other; undefined commits. Later ones commit. */
function transactions(...answers: (((items: TransactItem[]) => Error) | undefined)[]) {
  let count = 0;
  database.on(TransactWriteCommand).callsFake(({ TransactItems = [] }: TransactWriteCommandInput) => {
    const answer = answers[count];
    count += 1;
    if (answer) throw answer(TransactItems);
    return {};
  });
}
const refused = (sk: RegExp, item?: object) => (items: TransactItem[]) =>
  new TransactionCanceledException({
    message: 'Transaction cancelled',
    $metadata: {},
    CancellationReasons: items.map((action) =>
      sk.test(keyIn(action))
        ? { Code: 'ConditionalCheckFailed', ...(item && { Item: marshall(item) }) }
        : { Code: 'None' },
    ),
  });

describe('joining', () => {
  it('first in line keeps the seats of every shard for the line, on condition that it has none', async () => {
    given([0]);
    transactions();
    expect((await join()).place).toMatchObject({ position: 1, size: 1, status: 'WAITING' });
    const shards = sent()[0]?.filter((item) => keyIn(item) === 'INVENTORY') ?? [];
    expect(shards).toHaveLength(2);
    for (const { Update } of shards) expect(Update?.ConditionExpression).toContain('available = :none');
  });

  it('first in line is refused where a seat becomes free meanwhile', async () => {
    given([0, 1]);
    transactions(refused(/INVENTORY/, { ...shard({ available: 1 }) }));
    await expect(join()).rejects.toThrow(
      expect.objectContaining({ code: 'seats-available', details: { available: 1 } }),
    );
  });

  it('is told that the event is cancelled, also where the instance has not heard of it and all seats are free', async () => {
    knownEvents.set(event.eventId, event);
    const cancelledAt = '2026-01-01T00:00:00.000Z';
    event = {
      ...event,
      status: 'CANCELLED',
      cancelledAt,
      version: 2,
      tiers: event.tiers.map((tier) => ({ ...tier, ruleVersion: 2 })),
    };
    given([200]);
    const tierKey = keys.tierKey(event.eventId, 'standard');
    const items = [0, 1].map((n) => shard({ tierKey, shard: n, available: 100, ruleVersion: 2, status: 'CANCELLED' }));
    database.on(BatchGetCommand).resolves({ Responses: { 'evently-test': items.map((item) => ({ ...item })) } });
    await expect(join()).rejects.toMatchObject({ code: 'event-cancelled' });
  });

  it('goes on behind those who were faster', async () => {
    given([0]);
    transactions(refused(/^WAITLIST$/, { waiting: 3, nextSeq: 4 }));
    expect((await join()).place).toMatchObject({ position: 4, size: 4 });
    const [, second] = sent();
    expect(second?.map(keyIn)).toContain('WAITLIST#000000000004');
    expect(second?.filter(({ ConditionCheck }) => ConditionCheck).map(keyIn)).toEqual(['ACCESS', 'INVENTORY']);
  });

  it('asks for another run where seats are left over that fit', async () => {
    given([0], { waiting: 1, nextSeq: 2, leftOver: { available: 1, at: '2026-01-01T00:00:00.000Z' } });
    transactions();
    await join();
    const [list] = sent()[0]?.filter((item) => keyIn(item) === 'WAITLIST') ?? [];
    expect(list?.Update?.UpdateExpression).toContain('again = :again');
  });

  it('asks for another run where seats are left over since the line was read', async () => {
    const list = { waiting: 1, nextSeq: 2 };
    given([0], list);
    transactions(refused(/^WAITLIST$/, { ...list, leftOver: { available: 1, at: '2026-01-01T00:00:00.000Z' } }));
    expect((await join()).place).toMatchObject({ position: 2 });
    const [first, second] = sent().map((items) => items.find((item) => keyIn(item) === 'WAITLIST')?.Update);
    expect(first?.ConditionExpression).toContain('attribute_not_exists(leftOver)');
    expect(second?.ConditionExpression).toContain('leftOver.available = :left');
    expect(second?.UpdateExpression).toContain('again = :again');
  });

  it('finds its own place where only the answer was lost, and not that of another request', async () => {
    const place = {
      eventId: event.eventId,
      tierId: 'standard',
      seq: 1,
      quantity: 1,
      status: 'WAITING',
      joinedAt: 'then',
    };
    const lost = () => Object.assign(new Error('socket hang up'), { name: 'TimeoutError' });
    given([0], { waiting: 1, nextSeq: 2, 'block#0': 1 });
    transactions(lost, refused(/^WAITLIST#evt/, { ...place, joinId: 'wtl_1' }));
    expect((await join()).place).toMatchObject({ position: 1, size: 1, joinedAt: 'then' });
    transactions(refused(/^WAITLIST#evt/, { ...place, joinId: 'wtl_0' }));
    await expect(join()).rejects.toThrow(expect.objectContaining({ code: 'already-waiting' }));
  });

  it('is busy, and nothing else, where conflicts outlast the time', async () => {
    given([0]);
    const conflict = (items: TransactItem[]) =>
      new TransactionCanceledException({
        message: 'Transaction cancelled',
        $metadata: {},
        CancellationReasons: items.map(() => ({ Code: 'TransactionConflict' })),
      });
    transactions(...Array.from({ length: 50 }, () => conflict));
    let left = 100;
    const remainingMs = () => {
      left -= 20;
      return left;
    };
    await expect(join(remainingMs)).rejects.toThrow(expect.objectContaining({ code: 'busy' }));
  });
});
