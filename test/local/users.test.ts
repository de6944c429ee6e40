import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accountStack, newEmail, password } from '../support/account-client.ts';

let api: Awaited<ReturnType<typeof accountStack>>;
beforeAll(async () => {
  api = await accountStack();
});
afterAll(() => api?.stop());

const create = (change: object = {}) =>
  api.callAsAdmin('POST /admin/users', { email: newEmail(), name: 'Olga', password, ...change });
const rolesInToken = async (email: string) => {
  const { accessToken } = (await api.login(email)).json;
  return (await api.call('GET /users/me', { token: accessToken })).json.roles;
};

describe('administrators', () => {
  test('create an organizer who can sign in at once', async () => {
    const email = newEmail();
    const { status, json, headers } = await create({ email, roles: ['organizers'] });
    expect(status).toBe(201);
    expect(json).toEqual({
      userId: expect.any(String),
      email,
      name: 'Olga',
      roles: ['organizers'],
      status: 'CONFIRMED',
      enabled: true,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
    expect(await rolesInToken(email)).toEqual(['organizers']);
    const found = await api.callAsAdmin(`GET ${headers.get('location')}`);
    expect([found.status, found.json]).toEqual([200, json]);
  });

  test('cannot give an address to two people, in whatever case', async () => {
    const email = newEmail();
    const { userId } = (await create({ email })).json;
    expect((await create({ email: email.toUpperCase() })).json).toMatchObject({ status: 409, code: 'email-taken' });
    expect((await api.callAsAdmin(`GET /admin/users/${userId}`)).status).toBe(200);
  });

  test('give and take the role of an organizer; it is in the next token', async () => {
    const { email, token } = await api.signedIn();
    const { userId } = (await api.call('GET /users/me', { token })).json;
    const setRoles = (roles: string[]) => api.callAsAdmin(`PUT /admin/users/${userId}/roles`, { roles });
    expect((await setRoles(['organizers'])).json).toMatchObject({ userId, roles: ['organizers'] });
    expect((await setRoles(['organizers'])).status).toBe(200);
    expect(await rolesInToken(email)).toEqual(['organizers']);
    expect((await setRoles([])).json).toMatchObject({ userId, roles: [] });
    expect((await api.callAsAdmin(`GET /admin/users/${userId}`)).json.roles).toEqual([]);
    expect(await rolesInToken(email)).toEqual([]);
    expect((await setRoles(['administrators'])).json).toMatchObject({ status: 400, code: 'validation-error' });
  });

  test('see every user with roles and state', async () => {
    const [organizer, unconfirmed] = [newEmail(), newEmail()];
    await create({ email: organizer, roles: ['organizers'] });
    await api.register(unconfirmed);
    const { status, json } = await api.callAsAdmin('GET /admin/users?limit=100');
    expect(status).toBe(200);
    expect(json.items).toContainEqual(expect.objectContaining({ email: organizer, roles: ['organizers'] }));
    expect(json.items).toContainEqual(
      expect.objectContaining({ email: unconfirmed, roles: [], status: 'UNCONFIRMED' }),
    );
    expect(new Set(json.items.map(({ userId }: { userId: string }) => userId)).size).toBe(json.items.length);
  });

  test.each(['5c0d1f3e-8a67-4b4e-9a7e-2a1f0b6c9d11', 'constructor', 'ada@example.com', '%2e%2e'])(
    'do not find the user %s',
    async (userId) => {
      expect((await api.callAsAdmin(`GET /admin/users/${userId}`)).json).toMatchObject({ status: 404 });
      const roles = await api.callAsAdmin(`PUT /admin/users/${userId}/roles`, { roles: ['organizers'] });
      expect(roles.json).toMatchObject({ status: 404, code: 'not-found' });
    },
  );

  test.each(['limit=0', 'limit=101', 'limit=x', 'cursor=AAAA', 'filter=ada'])(
    'a list with %s is refused',
    async (query) => {
      expect((await api.callAsAdmin(`GET /admin/users?${query}`)).json).toMatchObject({ status: 400 });
    },
  );

  test('are told what is wrong with a new user', async () => {
    expect((await create({ password: 'short' })).json).toMatchObject({ status: 400, errors: [{ path: 'password' }] });
    expect((await create({ status: 'CONFIRMED' })).json).toMatchObject({ status: 400 });
  });
});

test('people, organizers too, cannot manage users', async () => {
  const email = newEmail();
  await create({ email, roles: ['organizers'] });
  const { accessToken: token } = (await api.login(email)).json;
  expect((await api.call('GET /admin/users', { token })).status).toBe(403);
  expect((await api.call('GET /admin/users')).status).toBe(403);
});
