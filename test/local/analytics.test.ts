import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyTable } from '../../bench/verify-table.ts';
import { dayOf } from '../../functions/domain/statistics.ts';
import { shardKey } from '../../functions/store/keys.ts';
import type { Person } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import { eventBody, tierBody } from '../support/factories.ts';
import { type TestStack, withStack } from '../support/stack.ts';

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
let api: TestStack;
let organizer: Person;
let buyers: Person[];
let documents: DynamoDBDocumentClient;

beforeAll(async () => {
  api = await withStack();
  [organizer, ...buyers] = (await Promise.all([
    api.makeOrganizer(),
    ...Array.from({ length: 3 }, () => api.registerUser()),
  ])) as [Person, ...Person[]];
  const { dynamodbEndpoint, region } = api.stack.outputs;
  documents = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: dynamodbEndpoint, region, credentials }));
});
afterAll(async () => {
  const { dynamodbEndpoint, region, tableName } = api.stack.outputs;
  const client = new DynamoDBClient({ endpoint: dynamodbEndpoint, region, credentials });
  const { findings, checked } = await verifyTable({ client, tableName });
  await api.stop();
  expect(findings).toEqual([]);
  expect(checked['event statistics']).toBeGreaterThan(10);
});

const token = (person: number) => buyers[person]?.accessToken ?? '';
const makeEvent = async (overrides: Record<string, unknown> = {}): Promise<string> => {
  const body = eventBody(overrides);
  const { json } = await api.call('POST', '/organizer/events', { token: organizer.accessToken, body });
  return json.eventId;
};
const book = async (person: number, eventId: string, quantity: number, rest: object = {}): Promise<string> => {
  const answer = await api.call('POST', '/bookings', { token: token(person), body: { eventId, quantity, ...rest } });
  expect(answer.status, answer.text).toBe(201);
  return answer.json.bookingId;
};
const cancel = (person: number, bookingId: string) =>
  api.call('DELETE', `/bookings/${bookingId}`, { token: token(person) });
const analyticsOf = async (eventId: string, query = '') =>
  (await api.call('GET', `/organizer/events/${eventId}/analytics${query}`, { token: organizer.accessToken })).json;
const platform = async (query = '') => (await api.call('GET', `/admin/analytics${query}`, { signAs: 'admin' })).json;

describe.concurrent('analytics of an event', () => {
  it('tell totals, tiers and days of bookings, cancellations and confirmed holds', async () => {
    const tiers = [tierBody({ capacity: 20 }), tierBody({ tierId: 'vip', name: 'VIP', capacity: 4, price: 9_900 })];
    const eventId = await makeEvent({ tiers });
    await book(0, eventId, 4, { tierId: 'standard' });
    const cancelled = await book(1, eventId, 2, { tierId: 'standard' });
    await cancel(1, cancelled);
    const held = await book(2, eventId, 1, { tierId: 'vip', hold: true });
    await book(2, eventId, 2, { tierId: 'standard', hold: true });
    await api.call('POST', `/bookings/${held}/confirm`, { token: token(2) });

    const totals = {
      bookings: 3,
      ticketsSold: 5,
      ticketsCancelled: 2,
      cancellationRate: 0.2857,
      utilization: 0.2083,
      revenue: [{ currency: 'EUR', amount: 4 * 4_900 + 9_900 }],
    };
    await eventually(async () => expect((await analyticsOf(eventId)).totals).toEqual(totals));
    const { daily, tiers: rows } = await analyticsOf(eventId);
    expect(daily).toHaveLength(30);
    expect(daily.at(-1)).toEqual({
      date: dayOf(new Date().toISOString()),
      bookings: 3,
      ticketsSold: 7,
      ticketsCancelled: 2,
      revenue: totals.revenue,
    });
    expect(daily[0]).toMatchObject({ bookings: 0, revenue: [] });
    expect(rows).toMatchObject([
      { tierId: 'standard', capacity: 20, bookings: 2, ticketsSold: 4, ticketsCancelled: 2, utilization: 0.2 },
      { tierId: 'vip', capacity: 4, bookings: 1, ticketsSold: 1, revenue: [{ currency: 'EUR', amount: 9_900 }] },
    ]);
    const asAdmin = await api.call('GET', `/admin/events/${eventId}/analytics`, { signAs: 'admin' });
    expect(asAdmin.json).toEqual(await analyticsOf(eventId));
  });

  it('of an event without bookings are zeros, and of another organizer are not found', async () => {
    const eventId = await makeEvent();
    const { totals, tiers } = await analyticsOf(eventId);
    expect(totals).toMatchObject({ bookings: 0, ticketsSold: 0, cancellationRate: 0, utilization: 0, revenue: [] });
    expect(tiers).toHaveLength(1);
    const { eventId: foreign } = await api.createEvent();
    const path = `/organizer/events/${foreign}/analytics`;
    expect((await api.call('GET', path, { token: organizer.accessToken })).json.code).toBe('not-found');
    expect((await api.call('GET', path, { token: token(0) })).json.code).toBe('forbidden');
  });

  it('take days in order, and no more than a year of them', async () => {
    const eventId = await makeEvent();
    const { daily } = await analyticsOf(eventId, '?from=2026-02-27&to=2026-03-01');
    expect(daily.map(({ date }: { date: string }) => date)).toEqual(['2026-02-27', '2026-02-28', '2026-03-01']);
    expect((await analyticsOf(eventId, '?from=2024-01-01&to=2024-12-31')).daily).toHaveLength(366);
    for (const [query, path] of [
      ['?from=2026-02-29', 'from'],
      ['?from=2026-2-1', 'from'],
      ['?to=2026-02-01T00:00:00Z', 'to'],
      ['?to=yesterday', 'to'],
      ['?from=2026-03-02&to=2026-03-01', 'from'],
      ['?from=9999-01-01', 'from'],
      ['?from=2023-01-01&to=2024-01-02', 'to'],
      ['?since=2026-01-01', 'query'],
    ]) {
      const answer = await analyticsOf(eventId, query);
      expect(answer, query).toMatchObject({ code: 'validation-error', errors: [{ path }] });
    }
  });
});

describe('analytics of all events', () => {
  it('are the sum of what the events have, with those that sold most', async () => {
    const eventId = await makeEvent({ name: 'Most wanted', tiers: [tierBody({ capacity: 400, currency: 'USD' })] });
    await Promise.all(Array.from({ length: 30 }, (_, n) => book(n % 3, eventId, 10)));
    await eventually(async () => {
      const { popularEvents, totals } = await platform();
      expect(popularEvents[0]).toEqual({ eventId, name: 'Most wanted', ticketsSold: 300 });
      expect(totals.revenue).toContainEqual({ currency: 'USD', amount: 300 * 4_900 });
    });
    expect((await api.call('GET', '/admin/analytics', { signAs: 'stranger' })).status).toBe(403);
    const { json } = await api.call('GET', '/events/popular');
    expect(json.items[0]).toMatchObject({ eventId, tiers: [{ available: 100 }] });
  });
});

describe('popular events', () => {
  it('are published ones to come, can be cached, and are no event called "popular"', async () => {
    const [over, next] = await Promise.all([
      makeEvent({ name: 'Over soon', tiers: [tierBody({ capacity: 100 })] }),
      makeEvent({ name: 'To come', tiers: [tierBody({ capacity: 100 })] }),
    ]);
    await book(0, over, 9);
    await book(0, next, 8);
    const popular = async () => api.call('GET', '/events/popular');
    const ids = async () => (await popular()).json.items.map(({ eventId }: { eventId: string }) => eventId);
    await eventually(async () => expect(await ids()).toEqual(expect.arrayContaining([over, next])));
    const listed = await ids();
    expect(listed.indexOf(over)).toBeLessThan(listed.indexOf(next));
    const { headers } = await popular();
    expect(headers.get('cache-control')).toBe('public, max-age=1, stale-while-revalidate=5');
    const again = await api.call('GET', '/events/popular', {
      headers: { 'if-none-match': headers.get('etag') ?? '' },
    });
    expect(again.status).toBe(304);
    const { json: event } = await api.call('GET', `/admin/events/${over}`, { signAs: 'admin' });
    const moved = await api.call('PATCH', `/admin/events/${over}`, {
      body: { startsAt: '2026-01-01T18:00:00Z' },
      signAs: 'admin',
      headers: { 'if-match': `"${event.version}"` },
    });
    expect(moved.status).toBe(200);
    expect(await ids()).not.toContain(over);
  });
});

describe('bookings of an event as CSV', () => {
  const csv = (eventId: string, query = '', accept = 'text/csv') =>
    api.call('GET', `/organizer/events/${eventId}/bookings${query}`, {
      token: organizer.accessToken,
      headers: { accept },
    });

  it('are a file with quoted text and without formulas', async () => {
    const eventId = await makeEvent({ name: '=HYPERLINK("http://example.com","Jazz")' });
    const [first, second] = [await book(0, eventId, 1), await book(1, eventId, 2)];
    await eventually(async () => expect((await csv(eventId)).text.split('\r\n')).toHaveLength(4));
    const answer = await csv(eventId);
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="bookings-${eventId}.csv"`);
    expect(answer.headers.get('link')).toBeNull();
    const [head, newest = '', oldest = '', end] = answer.text.split('\r\n');
    expect(head).toBe(
      'bookingId,eventId,eventName,tierId,quantity,unitPrice,total,currency,status,holdExpiresAt,createdAt,updatedAt,userId',
    );
    const name = `"'=HYPERLINK(""http://example.com"",""Jazz"")"`;
    expect(newest.startsWith(`${second},${eventId},${name},standard,2,4900,9800,EUR,CONFIRMED,,`)).toBe(true);
    expect(newest.endsWith(`,${buyers[1]?.userId}`)).toBe(true);
    expect(oldest.startsWith(first)).toBe(true);
    expect(end).toBe('');
    for (const accept of ['*/*', 'application/json', 'text/csv;q=0.5, application/json', 'text/csv;q=0']) {
      expect((await csv(eventId, '', accept)).json?.items, accept).toHaveLength(2);
    }
    expect((await csv(eventId, '', 'text/csv, */*;q=0.1')).json).toBeUndefined();
  });

  it('go on in another file where one does not hold all, every booking once', async () => {
    // Two index partitions, so that they have to be merged.
    const eventId = await makeEvent({ tiers: [tierBody({ capacity: 1_500 })] });
    const made = await Promise.all(Array.from({ length: 9 }, (_, n) => book(n % 3, eventId, 1)));
    await eventually(async () => expect((await csv(eventId)).text.split('\r\n')).toHaveLength(11));
    const whole = (await csv(eventId)).text.split('\r\n').slice(1, -1);
    const lines: string[] = [];
    let query = '?limit=4&status=CONFIRMED';
    for (let files = 0; files < 3; files += 1) {
      const { text, headers } = await csv(eventId, query);
      lines.push(...text.split('\r\n').slice(1, -1));
      const [, path, rest = ''] = /^<([^?]+)(\?[^>]+)>; rel="next"$/.exec(headers.get('link') ?? '') ?? [];
      if (files < 2) expect(path).toBe(`/organizer/events/${eventId}/bookings`);
      else expect(path).toBeUndefined();
      query = rest;
    }
    expect(lines).toEqual(whole);
    expect(new Set(lines.map((line) => line.split(',')[0]))).toEqual(new Set(made));
    const created = lines.map((line) => line.split(',')[10] ?? '');
    expect(created).toEqual(created.toSorted().reverse());
    expect((await csv(eventId, '?cursor=nonsense')).json.code).toBe('validation-error');
  });
});

describe('demo data', () => {
  it('has real statistics, for they follow from its bookings', async () => {
    const { json } = await api.call('POST', '/admin/demo-data', { signAs: 'admin' });
    const ids: string[] = json.events.map(({ eventId }: { eventId: string }) => eventId);
    await eventually(async () => {
      for (const eventId of ids) {
        const { json: event } = await api.call('GET', `/events/${eventId}`);
        const { totals } = (await api.call('GET', `/admin/events/${eventId}/analytics`, { signAs: 'admin' })).json;
        const sold = event.tiers.reduce(
          (sum: number, tier: { capacity: number; available: number }) => sum + tier.capacity - tier.available,
          0,
        );
        expect(totals.ticketsSold).toBe(sold);
      }
    });
  });
});

// Last, for the instance stays on the day that it has caught up with.
describe('a booking at midnight', () => {
  it('is counted on one day, that of the shard and of the booking', async () => {
    const eventId = await makeEvent({ tiers: [tierBody({ capacity: 10 })] });
    const tomorrow = dayOf(new Date(Date.now() + 24 * 60 * 60 * 1_000).toISOString());
    // Another instance, whose clock is ahead, has begun the next day.
    await documents.send(
      new UpdateCommand({
        TableName: api.stack.outputs.tableName,
        Key: shardKey(eventId, 'standard', 0),
        UpdateExpression: 'SET #day = :day, #version = #version + :one',
        ExpressionAttributeNames: { '#day': 'day', '#version': 'version' },
        ExpressionAttributeValues: { ':day': tomorrow, ':one': 1 },
      }),
    );
    const bookingId = await book(0, eventId, 3);
    const { json } = await api.call('GET', `/bookings/${bookingId}`, { token: token(0) });
    expect(dayOf(json.createdAt)).toBe(tomorrow);
    await cancel(0, bookingId);
    await eventually(async () => {
      const { daily } = await analyticsOf(eventId, `?from=${tomorrow}&to=${tomorrow}`);
      expect(daily).toEqual([{ date: tomorrow, bookings: 1, ticketsSold: 3, ticketsCancelled: 3, revenue: [] }]);
    });
  });
});
