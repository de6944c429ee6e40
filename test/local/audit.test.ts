import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyAudit } from '../../bench/verify-audit.ts';
import type { Person } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import { eventBody, tierBody } from '../support/factories.ts';
import { readPages } from '../support/pages.ts';
import { type TestStack, withStack } from '../support/stack.ts';
import { contentsOf, expectInvalid } from '../support/trace.ts';

let api: TestStack;
let table: DynamoDBDocumentClient;
let client: DynamoDBClient;
let [ada, ben, olga]: Person[] = [];

beforeAll(async () => {
  api = await withStack();
  const { dynamodbEndpoint: endpoint, region } = api.stack.outputs;
  client = new DynamoDBClient({ endpoint, region, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
  table = DynamoDBDocumentClient.from(client);
  [ada, ben, olga] = await Promise.all([api.registerUser(), api.registerUser(), api.makeOrganizer()]);
}, 60_000);
afterAll(async () => {
  client?.destroy();
  await api?.stop();
});

// biome-ignore lint/suspicious/noExplicitAny: entries of every shape.
type Entry = any;
const as = (person: Person | undefined, method: string, path: string, body?: object, headers = {}) =>
  api.call(method, path, { token: person?.accessToken ?? '', headers, ...(body && { body }) });
const asAdmin = (method: string, path: string, body?: object, headers = {}) =>
  api.call(method, path, { signAs: 'admin', headers, ...(body && { body }) });
const trailOf = (entity: string, limit = 100): Promise<Entry[]> =>
  readPages((query) => asAdmin('GET', `/admin/audit${query}&entity=${entity}`), limit);
/** The trail, oldest first, once it has so many entries. */
const untilTrail = async (entity: string, entries: number): Promise<Entry[]> => {
  let found: Entry[] = [];
  await eventually(async () => {
    found = await trailOf(entity);
    expect(found.map(({ kind, change, after }) => `${kind} ${change} ${after?.status}`)).toHaveLength(entries);
  });
  return found.reverse();
};
const book = async (person: Person | undefined, eventId: string, more = {}) => {
  const { json, status, text } = await as(person, 'POST', '/bookings', { eventId, quantity: 1, ...more });
  expect(status, text).toBe(201);
  return json.bookingId as string;
};
const report = () => verifyAudit({ client, tableName: api.stack.outputs.tableName });
const brokenNow = async () => {
  const { findings } = await verifyAudit({ client, tableName: api.stack.outputs.tableName, settleMs: 0 });
  return findings.map(({ rule }) => rule);
};

// The trail comes some seconds later, and none of them minds the others.
describe.concurrent('the trail tells who changed what', () => {
  it('of a booking: the buyer, step by step', async () => {
    const { eventId } = await api.createEvent();
    const bookingId = await book(ada, eventId, { quantity: 2, hold: true });
    await as(ada, 'POST', `/bookings/${bookingId}/confirm`);
    await as(ada, 'DELETE', `/bookings/${bookingId}`);
    const by = { kind: 'user', id: ada?.userId };
    const about = { entity: bookingId, kind: 'booking', by, eventId, userId: ada?.userId };
    const [held, confirmed, cancelled] = await untilTrail(bookingId, 3);
    expect(held).toMatchObject({ ...about, change: 'created', after: { status: 'HELD', quantity: 2, total: 9_800 } });
    expect(held.before).toBeUndefined();
    expect(confirmed).toMatchObject({
      ...about,
      change: 'changed',
      before: { status: 'HELD', holdExpiresAt: held.after.holdExpiresAt },
      after: { status: 'CONFIRMED', confirmedAt: confirmed.at },
    });
    expect(cancelled).toMatchObject({ ...about, before: { status: 'CONFIRMED' }, after: { status: 'CANCELLED' } });
    expect(cancelled.after.quantity).toBeUndefined();
    expect([held.at, confirmed.at, cancelled.at]).toEqual([held.at, confirmed.at, cancelled.at].sort());
  });

  it('of an event: its organizer, an administrator, and how capacity was spread', async () => {
    const created = await as(olga, 'POST', '/organizer/events', eventBody({ tiers: [tierBody({ capacity: 150 })] }));
    const { eventId } = created.json;
    const change = { tiers: [tierBody({ capacity: 153, price: 5_500 })] };
    const match = { 'if-match': String(created.headers.get('etag')) };
    expect((await as(olga, 'PATCH', `/organizer/events/${eventId}`, change, match)).status).toBe(200);
    expect((await asAdmin('POST', `/admin/events/${eventId}/cancel`)).status).toBe(202);
    const entries = await untilTrail(eventId, 3);
    const organizer = { kind: 'organizer', id: olga?.userId };
    expect(entries.map(({ by }) => by)).toEqual([
      organizer,
      organizer,
      { kind: 'principal', id: expect.stringMatching(/^arn:aws:/) },
    ]);
    expect(entries[1].before.tiers[0]).toMatchObject({ capacity: 150, price: 4_900 });
    expect(entries[1].after.tiers[0]).toMatchObject({ capacity: 153, price: 5_500 });
    const seats = Object.values<number>(entries[1].after.seatChanges.tiers.standard);
    expect(seats.reduce((sum, change) => sum + change, 0)).toBe(3);
    expect(entries[2].after).toMatchObject({ status: 'CANCELLED' });
  });

  it('of an event that is deleted: who deleted it', async () => {
    const { eventId } = (await as(olga, 'POST', '/organizer/events', eventBody({ status: 'DRAFT' }))).json;
    expect((await as(olga, 'DELETE', `/organizer/events/${eventId}`)).status).toBe(204);
    const [, deleted] = await untilTrail(eventId, 2);
    expect(deleted).toMatchObject({ change: 'removed', by: { kind: 'organizer', id: olga?.userId } });
    expect(deleted.before).toMatchObject({ eventId, status: 'DRAFT' });
    expect(deleted.after).toBeUndefined();
  });

  it('of a waitlist, with the worker that promoted somebody, among the changes of the event', async () => {
    const { eventId } = await api.createEvent({ tiers: [tierBody({ capacity: 1 })] });
    const bookingId = await book(ada, eventId);
    await as(ben, 'POST', `/events/${eventId}/waitlist`, { quantity: 1 });
    await as(ada, 'DELETE', `/bookings/${bookingId}`);
    const entries = await untilTrail(eventId, 6);
    const told = entries.map(({ kind, by, after }) => `${kind} ${after.status} by ${by.kind} ${by.id}`);
    expect(told.slice(0, 4)).toEqual([
      expect.stringMatching(/^event PUBLISHED by principal arn:/),
      `booking CONFIRMED by user ${ada?.userId}`,
      `waitlist-entry WAITING by user ${ben?.userId}`,
      `booking CANCELLED by user ${ada?.userId}`,
    ]);
    expect(told.slice(4).sort()).toEqual([
      'booking CONFIRMED by worker promote-waitlist',
      'waitlist-entry PROMOTED by worker promote-waitlist',
    ]);
    const [entry] = entries.filter(({ kind }) => kind === 'waitlist-entry');
    expect(entry).toMatchObject({ tierId: 'standard', seq: 1, userId: ben?.userId });
  });

  it('of roles, which the user pool keeps: before and after, asked for and in force', async () => {
    const { userId } = await api.registerUser();
    const set = (roles: string[]) => asAdmin('PUT', `/admin/users/${userId}/roles`, { roles });
    await set(['organizers']);
    await set([]);
    const entries = await untilTrail(userId, 4);
    expect(entries.map(({ by }) => by.kind)).toEqual(Array(4).fill('principal'));
    expect(entries[0]).toMatchObject({ kind: 'roles', change: 'created', userId });
    expect(entries[0].after).toMatchObject({ formerly: [], roles: ['organizers'], status: 'REQUESTED' });
    expect(entries[1].after).toMatchObject({ status: 'IN_FORCE' });
    expect(entries[2]).toMatchObject({ before: { roles: ['organizers'] }, after: { roles: [], status: 'REQUESTED' } });
    expect(entries[3].after).toMatchObject({ status: 'IN_FORCE' });
  });

  it('of roles that a user is made with', async () => {
    const body = { email: `made-${Date.now()}@example.com`, name: 'Ada', password: 'correct horse battery staple' };
    const { json } = await asAdmin('POST', '/admin/users', { ...body, roles: ['organizers'] });
    const [asked] = await untilTrail(json.userId, 2);
    expect(asked.after).toMatchObject({ formerly: [], roles: ['organizers'] });
  });

  it('of an account that is closed: by whom, and by the worker that did it; no name or address stays', async () => {
    const eve = await api.registerUser('Eve Everett');
    const { eventId } = await api.createEvent();
    const bookingId = await book(eve, eventId);
    expect((await as(eve, 'DELETE', '/users/me')).status).toBe(202);
    const entries = await untilTrail(eve.userId, 2);
    expect(entries.map(({ kind, by }) => `${kind} by ${by.kind} ${by.id}`)).toEqual([
      `account-deletion by user ${eve.userId}`,
      'account-deletion by worker delete-user',
    ]);
    const [, cancelled] = await untilTrail(bookingId, 2);
    expect(cancelled).toMatchObject({ by: { kind: 'worker', id: 'delete-user' }, after: { status: 'CANCELLED' } });
    const all = Object.entries(await contentsOf(api.stack.outputs, /^(?!AUDIT#)/));
    expect(all.length).toBeGreaterThan(5);
    expect(JSON.stringify(all)).not.toMatch(/Everett|@example\.com|idempotencyKey/i);
  });
});

describe.concurrent('the trail is read', () => {
  it('page by page, newest first, by administrators only', async () => {
    const { eventId } = await api.createEvent();
    await Promise.all(Array.from({ length: 5 }, () => book(ada, eventId)));
    const whole = (await untilTrail(eventId, 6)).reverse();
    expect(await trailOf(eventId, 2)).toEqual(whole);
    const of = (options: object) => api.call('GET', `/admin/audit?entity=${eventId}`, options);
    expect((await of({ signAs: 'stranger' })).status).toBe(403);
    expect((await of({ token: olga?.accessToken })).status).toBe(403);
    expectInvalid(await asAdmin('GET', '/admin/audit?entity='), 'entity');
    expectInvalid(await asAdmin('GET', '/admin/audit?entity=evt_1'), 'entity');
    expectInvalid(await asAdmin('GET', '/admin/audit'), 'entity');
    const { json } = await asAdmin('GET', `/admin/audit?entity=${eventId}&limit=2`);
    const other = await asAdmin('GET', `/admin/audit?entity=${ada?.userId}&limit=2&cursor=${json.nextCursor}`);
    expectInvalid(other, 'cursor');
  });

  it('as CSV, with a link to the rest', async () => {
    const { eventId } = await api.createEvent();
    await book(ada, eventId);
    await untilTrail(eventId, 2);
    const csv = { accept: 'text/csv' };
    const whole = await asAdmin('GET', `/admin/audit?entity=${eventId}`, undefined, csv);
    const [head, booking, event, end] = whole.text.split('\r\n');
    expect(whole.headers.get('content-type')).toContain('text/csv');
    expect(head).toBe('at,kind,change,entity,by,eventId,userId,tierId,seq,before,after');
    expect([booking, event]).toEqual([expect.stringContaining(`user:${ada?.userId}`), expect.stringContaining('arn:')]);
    expect([end, whole.headers.get('link')]).toEqual(['', null]);
    const first = await asAdmin('GET', `/admin/audit?entity=${eventId}&limit=1`, undefined, csv);
    const [, rest = ''] = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '') ?? [];
    const second = await asAdmin('GET', rest, undefined, csv);
    expect(first.text + second.text.slice(head?.length).trimStart()).toBe(whole.text);
  });
});

describe('everything can be rebuilt from the trail', () => {
  it('after all of this, and a change of capacity between bookings', async () => {
    const { json, headers } = await asAdmin(
      'POST',
      '/admin/events',
      eventBody({ tiers: [tierBody({ capacity: 250 })] }),
    );
    await Promise.all(Array.from({ length: 9 }, () => book(ada, json.eventId, { quantity: 3 })));
    const change = (tiers: object[], etag: string) =>
      asAdmin('PATCH', `/admin/events/${json.eventId}`, { tiers }, { 'if-match': etag });
    const more = await change(
      [tierBody({ capacity: 301 }), tierBody({ tierId: 'gallery' })],
      String(headers.get('etag')),
    );
    expect(more.status, more.text).toBe(200);
    await book(ben, json.eventId, { tierId: 'gallery', hold: true });
    const fewer = await change(
      [tierBody({ capacity: 40 }), tierBody({ tierId: 'gallery' })],
      String(more.headers.get('etag')),
    );
    expect(fewer.status, fewer.text).toBe(200);
    await book(ben, json.eventId, { tierId: 'standard', quantity: 10 });
    const { findings, checked } = await report();
    expect(findings).toEqual([]);
    expect(Math.min(...Object.values(checked))).toBeGreaterThan(0);
  });

  it('and what somebody changes past the service is found', async () => {
    const { tableName: TableName } = api.stack.outputs;
    const { eventId } = await api.createEvent();
    const bookingId = await book(ada, eventId);
    await as(ada, 'DELETE', `/bookings/${bookingId}`);
    await untilTrail(eventId, 3);
    expect((await report()).findings).toEqual([]);

    const { Items = [] } = await table.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': `AUDIT#${bookingId}` },
      }),
    );
    const [made, ended] = Items;
    await table.send(new DeleteCommand({ TableName, Key: { pk: made?.pk, sk: made?.sk } }));
    expect(await brokenNow()).toContain('chain');
    await table.send(new PutCommand({ TableName, Item: made }));
    await table.send(
      new PutCommand({ TableName, Item: { ...ended, after: { ...ended?.after, status: 'CONFIRMED' } } }),
    );
    expect(new Set(await brokenNow())).toEqual(new Set(['audited booking', 'audited inventory']));
    await table.send(new PutCommand({ TableName, Item: ended }));
    expect(await brokenNow()).toEqual([]);

    const Key = { pk: `EVENT#${eventId}#TIER#standard#SHARD#00`, sk: 'INVENTORY' };
    const { Item: shard } = await table.send(new GetCommand({ TableName, Key }));
    await table.send(new PutCommand({ TableName, Item: { ...shard, capacity: 101, available: 101 } }));
    expect(await brokenNow()).toEqual(['audited inventory']);
    await table.send(new PutCommand({ TableName, Item: shard }));

    await table.send(
      new UpdateCommand({
        TableName,
        Key: { pk: `USER#${ada?.userId}`, sk: `BOOKING#${bookingId}` },
        UpdateExpression: 'SET quantity = :two',
        ExpressionAttributeValues: { ':two': 2 },
      }),
    );
    const changed = (await untilTrail(bookingId, 3)).at(-1);
    expect(changed).toMatchObject({ before: { quantity: 1 }, after: { quantity: 2 } });
    expect(changed.by).toBeUndefined();
    expect(await brokenNow()).toEqual(['signed']);
  });
});
