import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyTable } from '../../bench/verify-table.ts';
import type { Received } from '../support/client.ts';
import { eventually, passed } from '../support/eventually.ts';
import { tierBody } from '../support/factories.ts';
import { type TestStack, withStack } from '../support/stack.ts';

/** Bugs that other ticket systems shipped with their holds, on a stage whose holds last five seconds. */

const holdTtlSeconds = 5;
let api: TestStack;
let tokens: string[];
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

beforeAll(async () => {
  api = await withStack({ context: { holdTtlSeconds } });
  tokens = await Promise.all(Array.from({ length: 4 }, async () => (await api.registerUser()).accessToken));
});
afterAll(async () => {
  const { dynamodbEndpoint, region, tableName } = api.stack.outputs;
  const client = new DynamoDBClient({ endpoint: dynamodbEndpoint, region, credentials });
  const { findings } = await verifyTable({ client, tableName });
  await api.stop();
  expect(findings).toEqual([]);
});

const token = (person: number) => tokens[person] ?? '';
const newEvent = async (tier: Record<string, unknown>) =>
  (await api.createEvent({ tiers: [tierBody({ maxPerUser: 10, ...tier })] })).eventId;
const order = (person: number, eventId: string, body: object): Promise<Received> =>
  api.call('POST', '/bookings', { token: token(person), body: { eventId, quantity: 1, ...body } });
const hold = (person: number, eventId: string, quantity = 1) => order(person, eventId, { quantity, hold: true });
const confirm = (person: number, bookingId: string) =>
  api.call('POST', `/bookings/${bookingId}/confirm`, { token: token(person) });
const read = (person: number, bookingId: string) => api.call('GET', `/bookings/${bookingId}`, { token: token(person) });
const cancel = (person: number, bookingId: string) =>
  api.call('DELETE', `/bookings/${bookingId}`, { token: token(person) });
const available = async (eventId: string) => (await api.call('GET', `/events/${eventId}`)).json.tiers[0].available;

const over = ({ holdExpiresAt }: { holdExpiresAt: string }) => passed(holdExpiresAt);

describe.concurrent('a hold', () => {
  it('8: becomes a booking in one move: its seats are counted once at every moment', async () => {
    const eventId = await newEvent({ capacity: 4 });
    const held = await hold(0, eventId, 3);
    expect(held.status).toBe(201);
    expect(held.json).toMatchObject({ status: 'HELD', quantity: 3 });
    const lasts = Date.parse(held.json.holdExpiresAt) - Date.parse(held.json.createdAt);
    expect(lasts).toBe(holdTtlSeconds * 1_000);
    expect((await order(1, eventId, { quantity: 2 })).json).toMatchObject({ code: 'sold-out', available: 1 });
    const confirmed = await confirm(0, held.json.bookingId);
    expect(confirmed.json).toMatchObject({ status: 'CONFIRMED', total: 3 * 4_900 });
    expect(confirmed.json).not.toHaveProperty('holdExpiresAt');
    expect((await confirm(0, held.json.bookingId)).text).toBe(confirmed.text);
    await eventually(async () => expect(await available(eventId)).toBe(1));
  });

  it('9: that expired while another person bought its seats cannot be confirmed late', async () => {
    const eventId = await newEvent({ capacity: 1 });
    const held = await hold(0, eventId);
    await over(held.json);
    expect((await order(1, eventId, {})).status).toBe(201);
    const late = await confirm(0, held.json.bookingId);
    expect(late.json).toMatchObject({ status: 409, code: 'hold-expired', holdExpiresAt: held.json.holdExpiresAt });
    expect((await read(0, held.json.bookingId)).json.status).toBe('EXPIRED');
  });

  it('5: gives its seats back at the moment it expires, whoever notices it', async () => {
    const eventId = await newEvent({ capacity: 2 });
    const held = await hold(0, eventId, 2);
    expect((await order(1, eventId, {})).json.code).toBe('sold-out');
    await over(held.json);
    // The instance remembers for a second that the tier was sold out; nothing else has to happen.
    await eventually(async () => expect((await order(1, eventId, { quantity: 2 })).status).toBe(201));
  });

  it('stands in the list of its event, as expired from the moment on at which it ends', async () => {
    const eventId = await newEvent({ capacity: 3 });
    const held = await hold(0, eventId, 3);
    const list = async (status: string) => {
      const { json } = await api.call('GET', `/admin/events/${eventId}/bookings?status=${status}`, { signAs: 'admin' });
      return json.items.map((item: Record<string, unknown>) => [item.bookingId, item.status]);
    };
    expect([await list('HELD'), await list('EXPIRED')]).toEqual([[[held.json.bookingId, 'HELD']], []]);
    await over(held.json);
    expect([await list('HELD'), await list('EXPIRED')]).toEqual([[], [[held.json.bookingId, 'EXPIRED']]]);
  });

  it('7: never makes an event look sold out once it is over', async () => {
    const eventId = await newEvent({ capacity: 3 });
    const held = await hold(0, eventId, 3);
    await over(held.json);
    await eventually(async () => expect(await available(eventId)).toBe(3));
  });

  it('6: gives its seats back exactly once, by cancelling, expiring and the worker together', async () => {
    const eventId = await newEvent({ capacity: 5 });
    const [first, second] = [await hold(0, eventId, 2), await hold(1, eventId, 2)];
    expect((await cancel(0, first.json.bookingId)).json.status).toBe('CANCELLED');
    await over(second.json);
    const late = await Promise.all([1, 1, 1].map((person) => cancel(person, second.json.bookingId)));
    expect(new Set(late.map(({ json }) => json.code))).toEqual(new Set(['hold-expired']));
    const booked = await Promise.all([0, 1, 2, 3, 0].map((person) => order(person, eventId, {})));
    expect(booked.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
    expect((await order(2, eventId, {})).json.code).toBe('sold-out');
  });

  it('is swept by its worker when nobody asks', async () => {
    const eventId = await newEvent({ capacity: 5 });
    const held = await hold(0, eventId, 2);
    const { dynamodbEndpoint, region, tableName } = api.stack.outputs;
    const documents = DynamoDBDocumentClient.from(
      new DynamoDBClient({ endpoint: dynamodbEndpoint, region, credentials }),
    );
    const inventory = async () => {
      const { Items } = await documents.send(
        new QueryCommand({
          TableName: tableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': `EVENT#${eventId}#TIER#standard#SHARD#00` },
        }),
      );
      return Items?.[0];
    };
    expect(await inventory()).toMatchObject({ available: 3, held: 2 });
    await over(held.json);
    await eventually(async () => expect(await inventory()).toMatchObject({ available: 5, held: 0 }));
  });

  it('10: goes through the same rules as a booking', async () => {
    const closed = await newEvent({ saleClosesAt: '2026-01-01T00:00:00Z' });
    expect((await hold(0, closed)).json.code).toBe('sale-closed');
    const eventId = await newEvent({ capacity: 20, maxPerBooking: 4, maxPerUser: 5 });
    expect((await hold(0, eventId, 5)).json.code).toBe('validation-error');
    const held = await hold(0, eventId, 4);
    expect((await order(0, eventId, { quantity: 2 })).json).toMatchObject({ code: 'purchase-limit', purchased: 4 });
    await cancel(0, held.json.bookingId);
    expect((await order(0, eventId, { quantity: 4 })).status).toBe(201);
  });

  it('of another person is not found, and a cancelled one cannot be confirmed', async () => {
    const eventId = await newEvent({ capacity: 5 });
    const held = await hold(0, eventId);
    expect((await confirm(1, held.json.bookingId)).json.code).toBe('not-found');
    await cancel(0, held.json.bookingId);
    expect((await confirm(0, held.json.bookingId)).json).toMatchObject({ code: 'invalid-state', state: 'CANCELLED' });
  });
});
