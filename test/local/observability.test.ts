import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeleteTableCommand, DynamoDBClient, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Person, password, uniqueEmail } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import { eventBody, tierBody } from '../support/factories.ts';
import { createFeedClient } from '../support/feed-client.ts';
import { type TestStack, withStack } from '../support/stack.ts';

/** One of everything that must not be found in a log, beside what the stack hands out. */
const secrets = {
  password,
  wrongPassword: 'hunter2-hunter2-hunter2',
  foreignEmail: uniqueEmail(),
  card: '4111111111111111',
  cardWithSpaces: '5555 5555 5555 4444',
  poison: 'pw-x7Qz9k',
  poisonEmail: 'mallory@poison.example.com',
  forgedToken: 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJtYWxsb3J5In0.c2lnbmF0dXJl',
};

let api: TestStack;
let buyer: Person;
let organizer: Person;
let eventId: string;

beforeAll(async () => {
  api = await withStack();
  [buyer, organizer] = [await api.registerUser(), await api.makeOrganizer()];
  const body = eventBody({ tiers: [tierBody({ capacity: 3 })] });
  const created = await api.call('POST', '/organizer/events', { body, token: organizer.accessToken });
  eventId = created.json.eventId;
});
afterAll(() => api?.stop());

const book = (body: object = {}) =>
  api.call('POST', '/bookings', { body: { eventId, quantity: 1, ...body }, token: buyer.accessToken });
const metrics = async () => (await api.call('GET', '/local/metrics')).text;
/** The value of a counter, zero where nothing has been counted. */
async function counted(counter: string, operation: string): Promise<number> {
  const [, value = '0'] =
    new RegExp(`^evently_${counter}\\{.*operation="${operation}"\\} (\\d+)$`, 'm').exec(await metrics()) ?? [];
  return Number(value);
}
const logs = async () =>
  (await Promise.all(['functions.log', 'workers.log'].map((file) => readFile(join(api.dataDir, file), 'utf8')))).join(
    '\n',
  ) + api.logged.join('\n');
const entries = async () =>
  (await logs())
    .split('\n')
    .filter((line) => line.startsWith('{"level"'))
    .map((line) => JSON.parse(line));

describe('GET /local/metrics', () => {
  test('counts what is sold, and who found nothing', async () => {
    const { json: booking } = await book({ quantity: 2 });
    expect((await book()).status).toBe(201);
    expect((await book()).status).toBe(409);
    expect(await counted('bookings_total', 'createBooking')).toBe(2);
    expect(await counted('tickets_sold_total', 'createBooking')).toBe(3);
    expect(await counted('sold_out_total', 'createBooking')).toBe(1);
    expect(await counted('latency_seconds_count', 'createBooking')).toBe(3);

    await api.call('DELETE', `/bookings/${booking.bookingId}`, { token: buyer.accessToken });
    expect(await counted('cancellations_total', 'cancelBooking')).toBe(1);
    expect(await counted('tickets_cancelled_total', 'cancelBooking')).toBe(2);
  });

  test('counts what the workers do, and how late they are told', async () => {
    await eventually(async () => expect(await counted('messages_total', 'notify')).toBeGreaterThan(2));
    expect(await counted('feed_lag_seconds_count', 'notify')).toBeGreaterThan(0);
  });

  test('has labels for service, stage and operation, and none that grows with events or people', async () => {
    const text = await metrics();
    const labels = new Set([...text.matchAll(/(\w+)="/g)].map(([, name]) => name));
    expect([...labels].sort()).toEqual(['le', 'operation', 'service', 'stage']);
    expect(text).not.toContain(eventId);
  });
});

test('no log tells a secret or who somebody is, whatever goes wrong', async () => {
  const token = buyer.accessToken;
  const feed = createFeedClient(api.stack);
  const queue = api.stack.template
    .of('AWS::SQS::Queue')
    .find(({ logicalId }) => logicalId.startsWith('sendemailQueue'));
  const { card, cardWithSpaces, wrongPassword, foreignEmail, forgedToken } = secrets;
  // Refused bodies, wrong passwords, forged tokens.
  await Promise.all([
    api.call('POST', '/auth/login', { body: { email: buyer.email, password: wrongPassword } }),
    api.call('POST', '/auth/login', { body: { email: foreignEmail, password: wrongPassword } }),
    api.call('POST', '/auth/login', { body: `{"email":"${foreignEmail}","password":"${wrongPassword}"` }),
    api.call('POST', '/auth/register', { body: { email: foreignEmail, password: 'short', name: card } }),
    api.call('POST', '/auth/register', { body: { email: buyer.email, password, name: 'Ada again' } }),
    api.call('POST', '/auth/refresh', { body: { refreshToken: forgedToken } }),
    api.call('GET', '/users/me', { token: forgedToken }),
    api.call('GET', `/events?q=${encodeURIComponent(foreignEmail)}&cursor=${forgedToken}`),
    book({ cardNumber: card, note: cardWithSpaces }),
    api.call('PATCH', '/users/me', { token, body: { name: 'Ada', email: foreignEmail } }),
    api.call('POST', '/admin/users', { signAs: 'admin', body: { email: buyer.email, name: 'Ada' } }),
  ]);
  // Messages that a worker cannot read.
  for (const body of [secrets.poison, JSON.stringify({ email: secrets.poisonEmail, card })]) {
    await feed.send(queue?.logicalId ?? '', body);
  }
  await eventually(async () => {
    const failed = (await entries()).filter(({ operation }) => operation === 'send-email');
    expect(failed.length).toBeGreaterThanOrEqual(2);
  });
  feed.destroy();
  // The SDK's own errors: the table is gone.
  const { dynamodbEndpoint, tableName, region } = api.stack.outputs;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const database = new DynamoDBClient({ endpoint: dynamodbEndpoint, region, credentials });
  const deletable = { TableName: tableName, DeletionProtectionEnabled: false };
  await database.send(new UpdateTableCommand(deletable)).catch(() => undefined);
  await database.send(new DeleteTableCommand({ TableName: tableName }));
  const failures = await Promise.all([
    book({ hold: true }),
    api.call('GET', '/bookings', { token }),
    api.call('PATCH', '/users/me', { token, body: { name: 'Ada' } }),
    api.call('GET', '/notifications', { token }),
    api.call('POST', '/admin/events', { signAs: 'admin', body: eventBody({ name: `for ${foreignEmail}` }) }),
    api.call('POST', '/auth/login', { body: { email: buyer.email, password } }),
  ]);
  const failed = failures.filter(({ status }) => status === 500);
  expect(failed.length).toBeGreaterThanOrEqual(4);

  const found = await entries();
  for (const answer of failed) {
    const requestId = answer.headers.get('x-request-id');
    expect(found).toContainEqual(
      expect.objectContaining({
        level: 'ERROR',
        requestId,
        operation: expect.any(String),
        service: expect.any(String),
        coldStart: expect.any(Boolean),
        error: expect.objectContaining({ name: 'ResourceNotFoundException', stack: expect.stringContaining('at ') }),
      }),
    );
  }
  expect(found.some(({ user }) => /^[0-9a-f]{16}$/.test(user))).toBe(true);

  const text = await logs();
  const people = [buyer, organizer].flatMap(({ email, userId, accessToken, refreshToken }) => [
    email,
    userId,
    accessToken,
    refreshToken,
  ]);
  for (const secret of [...Object.values(secrets), ...people, 'Ada Lovelace']) {
    expect(text.includes(secret), `a log tells ${secret}`).toBe(false);
    expect(text.includes(encodeURIComponent(secret)), `a log tells ${secret}, encoded`).toBe(false);
  }
}, 60_000);
