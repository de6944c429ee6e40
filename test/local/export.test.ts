import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PersonExport } from '../../functions/domain/export.ts';
import { ulidOf } from '../../functions/domain/id.ts';
import { notificationKey } from '../../functions/store/keys.ts';
import type { Person } from '../support/client.ts';
import { eventBody, tierBody } from '../support/factories.ts';
import { untilTold } from '../support/inbox-client.ts';
import { type TestStack, withStack } from '../support/stack.ts';
import { expectInvalid } from '../support/trace.ts';

let api: TestStack;
beforeAll(async () => {
  api = await withStack();
});
afterAll(() => api?.stop());

const as = ({ accessToken: token }: Person, method: string, path: string, body?: object, headers = {}) =>
  api.call(method, path, { token, headers, ...(body && { body }) });
const exportOf = (person: Person, query = '') => as(person, 'GET', `/users/me/export${query}`);

test('a person gets everything that there is of them, as a file, and nothing of anybody else', async () => {
  const [ada, ben] = [await api.makeOrganizer('Ada Lovelace'), await api.registerUser()];
  const { eventId } = await api.createEvent({ tiers: [tierBody({ capacity: 2, maxPerUser: 4 })] });
  const headers = { 'idempotency-key': 'order#1_=_mine' };
  const booking = (await as(ada, 'POST', '/bookings', { eventId, quantity: 2 }, headers)).json;
  const other = (await api.createEvent({ tiers: [tierBody({ capacity: 1 })] })).eventId;
  await as(ben, 'POST', '/bookings', { eventId: other, quantity: 1 });
  const place = (await as(ada, 'POST', `/events/${other}/waitlist`, { quantity: 1 })).json;
  const draft = (await as(ada, 'POST', '/organizer/events', eventBody({ status: 'DRAFT' }))).json;
  await untilTold(api, ada, ['booking-confirmed']);

  const answer = await exportOf(ada);
  expect(answer.status, answer.text).toBe(200);
  expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="evently-\d{4}-\d\d-\d\d\.json"$/);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.headers.get('link')).toBeNull();
  expect(PersonExport.strict().parse(answer.json)).toEqual(answer.json);
  const profile = (await as(ada, 'GET', '/users/me')).json;
  const notifications = (await as(ada, 'GET', '/notifications')).json.items;
  const { tiers: _tiers, version: _version, ...event } = draft;
  expect(answer.json).toEqual({
    exportedAt: expect.any(String),
    profile,
    bookings: [booking],
    waitlistPlaces: [{ ...place, position: undefined, size: undefined, eventId: other }],
    notifications,
    purchaseCounts: [{ eventId, tierId: 'standard', tickets: 2 }],
    keptRequests: [{ operationId: 'createBooking', idempotencyKey: 'order#1_=_mine', expiresAt: expect.any(String) }],
    events: [event],
  });
  expect(answer.text).not.toMatch(/USER#|EVENT#|gsi1|draws|partition/);
  expect((await exportOf(ben)).json).toMatchObject({ bookings: [{ eventId: other }], events: [], waitlistPlaces: [] });
});

test('more than one answer can hold comes in parts, each thing once', async () => {
  const ada = await api.registerUser();
  const ids = await fillInbox(ada.userId, 1_200);
  const found: string[] = [];
  let query = '';
  let parts = 0;
  do {
    const { status, json, text, headers } = await exportOf(ada, query);
    expect(status).toBe(200);
    expect(text.length).toBeLessThan(5_000_000);
    found.push(...json.notifications.map(({ notificationId }: { notificationId: string }) => notificationId));
    query = json.nextCursor ? `?cursor=${json.nextCursor}` : '';
    expect(headers.get('link')).toBe(query ? `</users/me/export${query}>; rel="next"` : null);
    parts += 1;
  } while (query);
  expect(parts).toBeGreaterThan(1);
  expect(found).toEqual(ids);
});

test('a cursor is good for its owner and for this list alone', async () => {
  const [ada, eve] = [await api.registerUser(), await api.registerUser()];
  await fillInbox(ada.userId, 1_200);
  const { nextCursor } = (await exportOf(ada)).json;
  expectInvalid(await exportOf(eve, `?cursor=${nextCursor}`), 'cursor');
  expectInvalid(await as(ada, 'GET', `/notifications?cursor=${nextCursor}`), 'cursor');
  expectInvalid(await exportOf(ada, '?cursor=abc'), 'cursor');
  expect((await api.call('GET', '/users/me/export')).status).toBe(401);
});

/** @returns the ids in their order */
async function fillInbox(userId: string, count: number): Promise<string[]> {
  const { dynamodbEndpoint: endpoint, region, tableName } = api.stack.outputs;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region, credentials });
  const documents = DynamoDBDocumentClient.from(client);
  const ids = Array.from({ length: count }, (_, n) => `ntf_${ulidOf(1_700_000_000_000 + n, Buffer.alloc(10, 7))}`);
  for (let start = 0; start < count; start += 25) {
    const requests = ids.slice(start, start + 25).map((notificationId) => {
      const content = { kind: 'event-changed', title: 'x'.repeat(300), message: 'y'.repeat(3_000) };
      const eventId = 'evt_01JY3W8H6V7Q2X4Z9K5M1N0PRS';
      const createdAt = '2027-01-01T00:00:00.000Z';
      const item = { ...content, notificationId, userId, eventId, read: true, createdAt, emailOff: true };
      return { PutRequest: { Item: { ...notificationKey(userId, notificationId), ...item } } };
    });
    await documents.send(new BatchWriteCommand({ RequestItems: { [tableName]: requests } }));
  }
  client.destroy();
  return ids;
}
