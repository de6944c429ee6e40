import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accountStack, password } from '../support/account-client.ts';
import { createClient, type Person } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import { eventBody, tierBody } from '../support/factories.ts';
import { contentsOf, expectProblem } from '../support/trace.ts';
import { verified } from '../support/verified.ts';

let stack: Awaited<ReturnType<typeof accountStack>>;
let api: ReturnType<typeof createClient>;
beforeAll(async () => {
  stack = await accountStack();
  api = createClient(stack.stack.outputs);
});
afterAll(async () => {
  await verified(stack.stack.outputs);
  await stack.stop();
});

const as = ({ accessToken: token }: Person, method: string, path: string, body?: object) =>
  api.call(method, path, { token, ...(body && { body }) });
const asAdmin = (method: string, path: string, body?: object) =>
  api.call(method, path, { signAs: 'admin', ...(body && { body }) });
const book = (person: Person, eventId: string, more = {}) =>
  as(person, 'POST', '/bookings', { eventId, quantity: 1, ...more });
const bookingsOf = async (eventId: string) =>
  (await asAdmin('GET', `/admin/events/${eventId}/bookings`)).json.items as { userId: string; status: string }[];
const statusesOf = async ({ userId }: Person, eventId: string) =>
  (await bookingsOf(eventId)).filter((booking) => booking.userId === userId).map(({ status }) => status);
const itemsOf = async ({ userId }: Person) =>
  Object.entries(await contentsOf(stack.stack.outputs)).filter(([key]) => key.startsWith(`USER#${userId} `));
/** The account is what goes last. */
const untilGone = ({ userId }: Person) =>
  eventually(async () => expect((await asAdmin('GET', `/admin/users/${userId}`)).status).toBe(404));

test('who deletes the account is out at once, and their seats go to who waits', async () => {
  const [ada, ben] = [await api.registerUser('Ada Lovelace'), await api.registerUser()];
  const { eventId: toCome } = await api.createEvent({ tiers: [tierBody({ capacity: 2 })] });
  const { eventId: begun } = await api.createEvent({
    startsAt: '2020-01-01T18:00:00.000Z',
    tiers: [tierBody({ saleClosesAt: '2030-01-01T00:00:00.000Z' })],
  });
  const { eventId: held } = await api.createEvent();
  expect((await book(ada, toCome, { quantity: 2 })).status).toBe(201);
  expect((await book(ada, begun)).status).toBe(201);
  expect((await book(ada, held, { hold: true })).status).toBe(201);
  expect((await as(ben, 'POST', `/events/${toCome}/waitlist`, { quantity: 2 })).status).toBe(201);

  const leave = () => as(ada, 'DELETE', '/users/me');
  expect(await leave()).toMatchObject({ status: 202, text: '' });
  expectProblem(await as(ada, 'GET', '/users/me'), 401, 'unauthenticated');
  expectProblem(await book(ada, toCome), 401, 'unauthenticated');
  expect((await stack.login(ada.email)).status).toBe(401);
  expect((await api.call('POST', '/auth/refresh', { body: { refreshToken: ada.refreshToken } })).status).toBe(401);
  expect((await leave()).status).toBe(202);

  await eventually(async () => expect(await statusesOf(ben, toCome)).toEqual(['CONFIRMED']));
  await untilGone(ada);
  expect(await statusesOf(ada, toCome)).toEqual(['CANCELLED']);
  expect(await statusesOf(ada, begun)).toEqual(['CONFIRMED']);
  expect(await statusesOf(ada, held)).toEqual(['CANCELLED']);
  await eventually(async () => {
    const items = await itemsOf(ada);
    expect(items.map(([key]) => key.split(' ')[1]?.split('#')[0])).toEqual(
      expect.arrayContaining(['ACCESS', 'BOOKING', 'DELETION']),
    );
    expect(JSON.stringify(items)).toContain('doneAt');
    expect(JSON.stringify(items)).not.toMatch(/Lovelace|@example\.com|PROFILE|idempotencyKey/);
  });
  expect((await leave()).status).toBe(202);
});

test('the address is free again, for an account that has nothing of the old one', async () => {
  const email = `again-${process.pid}@example.com`;
  const { token } = await stack.signedIn(email);
  const { userId } = (await api.call('GET', '/users/me', { token })).json;
  expect((await api.call('DELETE', '/users/me', { token })).status).toBe(202);
  await eventually(async () => expect((await asAdmin('GET', `/admin/users/${userId}`)).status).toBe(404));
  const again = await stack.signedIn(email, 'Ada the second');
  const me = await api.call('GET', '/users/me', { token: again.token });
  expect(me.json).toMatchObject({ email, name: 'Ada the second' });
  expect(me.json.userId).not.toBe(userId);
});

test('who signs in and reads the profile at that moment does not bring it back', async () => {
  const person = await api.registerUser();
  const attempts = Array.from({ length: 6 }, async () => {
    const { status, json } = await api.call('POST', '/auth/login', { body: { email: person.email, password } });
    if (status === 200) await api.call('GET', '/users/me', { token: json.accessToken });
  });
  expect((await as(person, 'DELETE', '/users/me')).status).toBe(202);
  await Promise.all(attempts);
  await untilGone(person);
  await eventually(async () => expect(JSON.stringify(await itemsOf(person))).toContain('doneAt'));
  expect(JSON.stringify(await itemsOf(person))).not.toContain('PROFILE');
});

describe('an administrator', () => {
  test('deletes a user, as often as they like, and gets 404 for somebody who never was', async () => {
    const person = await api.registerUser();
    const { eventId } = await api.createEvent();
    expect((await book(person, eventId)).status).toBe(201);
    const remove = () => asAdmin('DELETE', `/admin/users/${person.userId}`);
    expect(await remove()).toMatchObject({ status: 202, text: '' });
    expectProblem(await as(person, 'GET', '/bookings'), 401, 'unauthenticated');
    expect((await remove()).status).toBe(202);
    await untilGone(person);
    expect((await remove()).status).toBe(202);
    expect(await statusesOf(person, eventId)).toEqual(['CANCELLED']);
    const nobody = await asAdmin('DELETE', '/admin/users/5c0d1f3e-8a67-4b4e-9a7e-2a1f0b6c9d11');
    expectProblem(nobody, 404, 'not-found');
  });

  test('is the only one who deletes others', async () => {
    const [eve, ada] = [await api.registerUser(), await api.registerUser()];
    expect((await as(eve, 'DELETE', `/admin/users/${ada.userId}`)).status).toBe(403);
    expect((await as(ada, 'GET', '/users/me')).status).toBe(200);
  });
});

describe('an organizer', () => {
  test('with events to come has to cancel them first, and takes drafts along', async () => {
    const olga = await api.makeOrganizer();
    const create = (body = {}) => as(olga, 'POST', '/organizer/events', eventBody(body));
    const { eventId } = (await create()).json;
    const draft = (await create({ status: 'DRAFT' })).json;
    for (const refused of [
      await as(olga, 'DELETE', '/users/me'),
      await asAdmin('DELETE', `/admin/users/${olga.userId}`),
    ]) {
      expectProblem(refused, 409, 'invalid-state', { state: 'PUBLISHED' });
    }
    expect((await as(olga, 'GET', '/users/me')).status).toBe(200);
    expect((await as(olga, 'POST', `/organizer/events/${eventId}/cancel`)).status).toBe(202);
    expect((await as(olga, 'DELETE', '/users/me')).status).toBe(202);
    await untilGone(olga);
    expect((await asAdmin('GET', `/admin/events/${draft.eventId}`)).status).toBe(404);
    expect((await asAdmin('GET', `/admin/events/${eventId}`)).json.status).toBe('CANCELLED');
  });
});
