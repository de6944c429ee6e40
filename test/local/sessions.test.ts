import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operations } from '../../functions/api/contract.ts';
import { accountStack } from '../support/account-client.ts';
import { createClient, type Received } from '../support/client.ts';
import { expectNoTrace, expectProblem } from '../support/trace.ts';

let stack: Awaited<ReturnType<typeof accountStack>>;
let api: ReturnType<typeof createClient>;
beforeAll(async () => {
  stack = await accountStack();
  api = createClient(stack.stack.outputs);
});
afterAll(() => stack?.stop());

const forPeople = operations.filter(({ auth }) => auth === 'user' || auth === 'organizer');
const pathOf = (path: string) =>
  path
    .replace('{eventId}', 'evt_01JY3W8H6V7Q2X4Z9K5M1N0PRS')
    .replace('{bookingId}', 'bkg_01JY3W9A1B2C3D4E5F6G7H8J9K')
    .replace('{notificationId}', 'ntf_01JY3W9B7C8D9E0F1G2H3J4K5M')
    .replace('{tierId}', 'standard');

const logout = (token: string, refreshToken: string) =>
  api.call('POST', '/auth/logout', { token, body: { refreshToken } });
const refresh = (refreshToken: string) => api.call('POST', '/auth/refresh', { body: { refreshToken } });
const me = (token: string) => api.call('GET', '/users/me', { token });
const expectRefused = (answer: Received) => expectProblem(answer, 401, 'unauthenticated');

describe('after signing out', () => {
  test('the token is refused on every route for people, also where it was good a moment ago, and leaves no trace', async () => {
    const person = await api.makeOrganizer();
    const { accessToken: token } = person;
    const act = (line: (typeof forPeople)[number]) =>
      api.call(line.method, pathOf(line.path), { token, ...(line.body && { body: {} }) });
    for (const line of forPeople.filter(({ method }) => method === 'GET')) {
      expect([line.operationId, (await act(line)).status]).not.toEqual([line.operationId, 401]);
    }
    expect((await logout(token, person.refreshToken)).status).toBe(204);
    await expectNoTrace(stack.stack.outputs, async () => {
      for (const line of forPeople) expectRefused(await act(line));
    });
    expect(forPeople.length).toBeGreaterThan(20);
  });

  test('it is no matter what the request says: refused comes first', async () => {
    const { eventId } = await api.createEvent();
    const person = await api.registerUser();
    const headers = { 'idempotency-key': 'once' };
    const book = () =>
      api.call('POST', '/bookings', { token: person.accessToken, headers, body: { eventId, quantity: 1 } });
    expect((await book()).status).toBe(201);
    await logout(person.accessToken, person.refreshToken);
    // Not the kept answer of the key either.
    expectRefused(await book());
    const token = person.accessToken;
    for (const body of [{ eventId, quantity: 1 }, { eventId, quantity: 1, hold: true }, { quantity: -1 }, '{']) {
      expectRefused(await api.call('POST', '/bookings', { token, body }));
    }
  });

  test('the storm on a tier that is sold out does not let it through', async () => {
    const { eventId } = await api.createEvent({
      tiers: [{ tierId: 'one', name: 'One', price: 1, currency: 'EUR', capacity: 1 }],
    });
    const [buyer, person] = [await api.registerUser(), await api.registerUser()];
    const book = (token: string) => api.call('POST', '/bookings', { token, body: { eventId, quantity: 1 } });
    expect((await book(buyer.accessToken)).status).toBe(201);
    await logout(person.accessToken, person.refreshToken);
    expect((await book(buyer.accessToken)).json.code).toBe('sold-out');
    expectRefused(await book(person.accessToken));
  });

  test('no booking is made from the answer on, however many are under way', async () => {
    const { eventId } = await api.createEvent();
    const { accessToken: token, refreshToken } = await api.registerUser();
    const book = () => api.call('POST', '/bookings', { token, body: { eventId, quantity: 1 } });
    const before = Array.from({ length: 10 }, book);
    expect((await logout(token, refreshToken)).status).toBe(204);
    const after = await Promise.all(Array.from({ length: 10 }, book));
    expect(after.map(({ status }) => status)).toEqual(Array(10).fill(401));
    for (const { status } of await Promise.all(before)) expect([201, 401]).toContain(status);
  });
});

describe('a role that is taken away', () => {
  const setRoles = async ({ userId }: { userId: string }, roles: string[]) => {
    const answer = await api.call('PUT', `/admin/users/${userId}/roles`, { signAs: 'admin', body: { roles } });
    expect(answer.status).toBe(200);
  };
  const organized = (token: string) => api.call('GET', '/organizer/events', { token });

  test('is gone from tokens of before at once, for reads and writes; what buyers do goes on', async () => {
    const person = await api.makeOrganizer();
    const { accessToken: token } = person;
    expect((await organized(token)).status).toBe(200);
    await setRoles(person, []);
    for (const line of operations.filter(({ auth }) => auth === 'organizer')) {
      expectRefused(await api.call(line.method, pathOf(line.path), { token, ...(line.body && { body: {} }) }));
    }
    expect((await me(token)).status).toBe(200);
    const refreshed = (await refresh(person.refreshToken)).json.accessToken;
    expectProblem(await organized(refreshed), 403, 'forbidden');
    // Ending a login in between does not make the old token good again.
    const other = (await stack.login(person.email)).json;
    expect((await logout(other.accessToken, other.refreshToken)).status).toBe(204);
    expectRefused(await organized(token));
  });

  test('is good again when it was given back', async () => {
    const person = await api.makeOrganizer();
    await setRoles(person, []);
    await setRoles(person, ['organizers']);
    expect((await organized(person.accessToken)).status).toBe(200);
  });
});

describe('a login', () => {
  test('ends with all of its tokens, those of a refresh too, while other logins go on', async () => {
    const { email, token, refreshToken } = await stack.signedIn();
    const other = (await stack.login(email)).json;
    const refreshed = (await refresh(refreshToken)).json.accessToken;
    expect([(await me(refreshed)).status, (await me(other.accessToken)).status]).toEqual([200, 200]);
    expect((await logout(refreshed, refreshToken)).status).toBe(204);
    expectRefused(await me(token));
    expectRefused(await me(refreshed));
    expect((await refresh(refreshToken)).status).toBe(401);
    expect((await me(other.accessToken)).status).toBe(200);
    expect((await refresh(other.refreshToken)).status).toBe(200);
  });

  test('that ended gets no tokens, also where the refresh token of another one was revoked in its place', async () => {
    const { email, token, refreshToken } = await stack.signedIn();
    const other = (await stack.login(email)).json;
    expect((await logout(token, other.refreshToken)).status).toBe(204);
    expect((await refresh(refreshToken)).status).toBe(401);
    expect((await refresh(other.refreshToken)).status).toBe(401);
    expect((await me(other.accessToken)).status).toBe(200);
    expect((await stack.login(email)).status).toBe(200);
  });

  test('of another person is not touched by signing out with their refresh token', async () => {
    const [ada, eve] = [await api.registerUser(), await api.registerUser()];
    expect((await logout(eve.accessToken, ada.refreshToken)).status).toBe(204);
    expect((await me(ada.accessToken)).status).toBe(200);
    expectRefused(await me(eve.accessToken));
  });

  test('may end many times: each new one is good, and none of the old', async () => {
    const { email, token, refreshToken } = await stack.signedIn();
    const old = [token];
    await logout(token, refreshToken);
    for (let n = 0; n < 4; n += 1) {
      const { accessToken, refreshToken: next } = (await stack.login(email)).json;
      expect((await me(accessToken)).status).toBe(200);
      expect((await logout(accessToken, next)).status).toBe(204);
      old.push(accessToken);
    }
    for (const each of old) expectRefused(await me(each));
  });
});
