import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Context, SQSEvent } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Shard } from '../../functions/domain/inventory.ts';
import { shardKey, tierKey } from '../../functions/store/keys.ts';
import { handler } from '../../functions/workers/aggregate-analytics.ts';
import { shard } from '../support/factories.ts';
import { type FakeTable, fakeTable } from '../support/fake-table.ts';

vi.stubEnv('TABLE_NAME', 'evently-test');
vi.stubEnv('AWS_REGION', 'eu-central-1');
vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT');
const waits: number[] = [];
vi.mock('node:timers/promises', () => ({ setTimeout: async (ms: number) => void waits.push(ms) }));
const database = mockClient(DynamoDBDocumentClient);
let table: FakeTable;
beforeEach(() => {
  database.reset();
  table = fakeTable(database);
});

let messages = 0;
const message = (body: unknown) => ({
  messageId: `message-${++messages}`,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
type Image = Partial<Shard> & { eventId?: string; tierId?: string };

function record({ eventId = 'evt_1', tierId = 'standard', ...part }: Image, eventName = 'MODIFY') {
  const item = shard({ shard: 0, tierKey: tierKey(eventId, tierId), ...part });
  const image = marshall({ ...shardKey(eventId, tierId, item.shard), ...item });
  const images = eventName === 'REMOVE' ? { OldImage: image } : { NewImage: image };
  return { eventID: `id-${item.version}`, eventName, dynamodb: { SequenceNumber: '1', ...images } };
}

const context = { getRemainingTimeInMillis: () => 3_000, awsRequestId: 'request-1' } as unknown as Context;
async function deliver(...bodies: unknown[]): Promise<string[]> {
  const records = bodies.map(message);
  const answer = await handler({ Records: records } as unknown as SQSEvent, context);
  const failed = new Set(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  return records.filter(({ messageId }) => failed.has(messageId)).map(({ body }) => body);
}
const item = (key: string) => table.items.get(key);
const version = (n: number, rest: Image = {}) =>
  record({ version: n, bookings: n - 1, sold: 2 * (n - 1), revenue: 200 * (n - 1), ...rest });

describe('the worker of analytics', () => {
  it('writes each item once for a batch, however many messages it has', async () => {
    const batch = Array.from({ length: 200 }, (_, n) =>
      version(2 + Math.floor(n / 4), { shard: n % 4, capacity: 100 }),
    );
    expect(await deliver(...batch)).toEqual([]);
    expect(table.written.toSorted()).toEqual([
      'STATS#EVENT#evt_1 / DAY#2026-01-01',
      'STATS#EVENT#evt_1 / TOTAL',
      'STATS#PLATFORM / DAY#2026-01-01',
      'STATS#PLATFORM / TOTAL',
      'STATS#SEEN#evt_1#standard / SEEN',
    ]);
    expect(item('STATS#EVENT#evt_1 / TOTAL')).toMatchObject({
      bookings: 4 * 50,
      sold: 4 * 100,
      'revenue#EUR': 4 * 10_000,
      gsi1pk: 'STATS#EVENTS',
      gsi1sk: '000000000400#evt_1',
      tiers: [{ tierId: 'standard', bookings: 200, sold: 400 }],
    });
    expect(item('STATS#PLATFORM / TOTAL')).toMatchObject({ bookings: 200, sold: 400, capacity: 400 });
  });

  it('has no second effect by a message three times, in the wrong order, with a new id or from the beginning', async () => {
    const history = Array.from({ length: 6 }, (_, n) => version(n + 1));
    const cancelled = version(7, { bookings: 5, sold: 8, cancelled: 2, revenue: 800, day: '2026-01-02' });
    await deliver(cancelled, history[2], history[2], history[2]);
    await deliver(history[5], history[0], history[4]);
    const numbers = structuredClone([...table.items].filter(([key]) => !key.includes('SEEN')));
    const totals = item('STATS#EVENT#evt_1 / TOTAL');
    expect(totals).toMatchObject({ bookings: 5, sold: 10, cancelled: 2, 'revenue#EUR': 800 });
    expect(item('STATS#PLATFORM / DAY#2026-01-01')).toMatchObject({ bookings: 5, sold: 10, 'revenue#EUR': 1_000 });
    expect(item('STATS#PLATFORM / DAY#2026-01-02')).toMatchObject({ cancelled: 2, 'revenue#EUR': -200 });
    table.written.length = 0;
    await deliver(...history, cancelled, ...history.toReversed().map((one) => ({ ...one, eventID: 'a new one' })));
    expect(table.written).toEqual([]);
    expect([...table.items].filter(([key]) => !key.includes('SEEN'))).toEqual(numbers);
  });

  it('sets a message aside that it cannot read, and does its neighbours once', async () => {
    const damaged = version(3);
    const foreign = { ...damaged, dynamodb: { NewImage: { pk: { S: 'EVENT#e' }, sk: { S: 'INVENTORY' } } } };
    const failed = await deliver(version(2), 'no JSON {', foreign, {}, version(4));
    expect(failed).toEqual(['no JSON {', JSON.stringify(foreign), '{}']);
    expect(item('STATS#EVENT#evt_1 / TOTAL')).toMatchObject({ bookings: 3, sold: 6 });
  });

  it('is exact where another one writes at the same time, and where the answer to a commit is lost', async () => {
    const lost = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    let stolen = false;
    table.before = () => {
      if (stolen) return;
      stolen = true;
      // Another worker takes a change of another shard between reading and writing.
      void deliver(version(2, { shard: 1 }));
    };
    table.after = (call) => {
      if (call === 2) throw lost;
    };
    await deliver(version(2));
    await vi.waitFor(() => expect(item('STATS#EVENT#evt_1 / TOTAL')).toMatchObject({ bookings: 2, sold: 4 }));
    expect(item('STATS#PLATFORM / TOTAL')).toMatchObject({ bookings: 2, sold: 4, 'revenue#EUR': 400 });
  });

  it('puts many events into few transactions of at most 100 actions', async () => {
    const batch = Array.from({ length: 120 }, (_, n) => version(2, { eventId: `evt_${n}` }));
    expect(await deliver(...batch)).toEqual([]);
    expect(item('STATS#PLATFORM / TOTAL')).toMatchObject({ bookings: 120, sold: 240 });
    // Three items an event, and two of the platform for each transaction.
    expect(table.written.length).toBe(120 * 3 + 2 * Math.ceil((120 * 3) / 96));
  });

  it('lets the messages of one event come again where that event is in trouble, and no others', async () => {
    await deliver(version(2, { eventId: 'evt_bad' }));
    const fault = Object.assign(new Error('too large'), {
      name: 'ValidationException',
      $metadata: { httpStatusCode: 400 },
    });
    const [good, bad] = [version(3, { eventId: 'evt_good' }), version(3, { eventId: 'evt_bad' })];
    const wasSent = (eventId: string) =>
      JSON.stringify(database.calls().at(-1)?.args[0].input).includes(`STATS#EVENT#${eventId}`);
    table.before = () => {
      if (wasSent('evt_bad')) throw fault;
    };
    expect(await deliver(good, bad)).toEqual([JSON.stringify(bad)]);
    expect(item('STATS#EVENT#evt_good / TOTAL')).toMatchObject({ bookings: 2 });
    table.before = () => undefined;
    expect(await deliver(bad)).toEqual([]);
    expect(item('STATS#EVENT#evt_bad / TOTAL')).toMatchObject({ bookings: 2 });
    expect(item('STATS#PLATFORM / TOTAL')).toMatchObject({ bookings: 4 });
  });

  it('waits for more while many people book, and not for a single one', async () => {
    const many = Array.from({ length: 30 }, (_, n) => version(n + 2));
    await deliver(version(2));
    waits.length = 0;
    await deliver(...many);
    await deliver(version(40));
    expect(waits).toEqual([]);
    await deliver(...many);
    await deliver(...many);
    expect(waits).toEqual([expect.any(Number)]);
    expect(waits[0]).toBeGreaterThan(4_000);
    expect(waits[0]).toBeLessThanOrEqual(5_000);
  });

  it('counts the seats of published events, until their shards are removed', async () => {
    await deliver(record({ version: 1, capacity: 30, status: 'DRAFT' }, 'INSERT'));
    expect(table.written).toEqual(['STATS#SEEN#evt_1#standard / SEEN']);
    await deliver(record({ version: 2, capacity: 30 }));
    expect(item('STATS#PLATFORM / TOTAL')).toMatchObject({ capacity: 30 });
    await deliver(record({ version: 2, capacity: 30 }, 'REMOVE'), record({ version: 2, capacity: 30 }));
    expect(item('STATS#PLATFORM / TOTAL')).toMatchObject({ capacity: 0 });
    expect(item('STATS#EVENT#evt_1 / TOTAL')).toBeUndefined();
  });
});
