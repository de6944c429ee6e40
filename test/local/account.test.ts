import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accountStack, newEmail, password, type Received } from '../support/account-client.ts';

let api: Awaited<ReturnType<typeof accountStack>>;
beforeAll(async () => {
  api = await accountStack();
});
afterAll(() => api?.stop());

/** The body without the one thing that differs between any two answers. */
const bytes = ({ text, headers }: Received) => text.replaceAll(headers.get('x-request-id') ?? '', '<request>');

describe('registering', () => {
  test('a person registers, confirms, signs in and is known', async () => {
    const email = newEmail();
    expect(await api.register(email, 'Ada Lovelace')).toMatchObject({ status: 202, text: '' });
    expect(await api.confirm(email)).toMatchObject({ status: 204, text: '' });
    const { status, json, headers } = await api.login(email.toUpperCase());
    expect(status).toBe(200);
    expect(json).toEqual({
      accessToken: expect.any(String),
      refreshToken: expect.any(String),
      expiresIn: 3_600,
      tokenType: 'Bearer',
    });
    expect(headers.get('cache-control')).toBe('no-store');
    const me = await api.call('GET /users/me', { token: json.accessToken });
    expect(me.json).toMatchObject({ email, name: 'Ada Lovelace', roles: [] });
  });

  test('nobody can tell from registering whether an address is taken', async () => {
    const [fresh, taken] = [newEmail(), newEmail()];
    await api.register(taken);
    const unconfirmed = await api.register(taken);
    await api.confirm(taken);
    const confirmed = await api.register(taken, 'Eve');
    for (const answer of [await api.register(fresh), unconfirmed, confirmed]) {
      expect(answer).toMatchObject({ status: 202, text: '' });
    }
    const { accessToken } = (await api.login(taken)).json;
    expect((await api.call('GET /users/me', { token: accessToken })).json.name).toBe('Ada');
  });

  test('a wrong code, an unknown address and a second confirmation get the same bytes', async () => {
    const email = newEmail();
    await api.register(email);
    const wrong = await api.confirm(email, '000000');
    await api.confirm(email);
    const again = await api.confirm(email);
    const unknown = await api.confirm(newEmail());
    expect(wrong.json).toMatchObject({ status: 400, code: 'validation-error', errors: [{ path: 'code' }] });
    expect([bytes(again), bytes(unknown)]).toEqual([bytes(wrong), bytes(wrong)]);
  });

  test.each([
    ['a password of 11 characters', { password: 'x'.repeat(11) }],
    ['a role smuggled in', { roles: ['organizers'] }],
    ['no name', { name: undefined }],
  ])('%s is refused', async (_, change) => {
    const body = { email: newEmail(), password, name: 'Ada', ...change };
    expect((await api.call('POST /auth/register', { body })).json).toMatchObject({ status: 400 });
    expect((await api.login(body.email, body.password)).status).toBe(401);
  });
});

describe('signing in', () => {
  test('a wrong password, an unknown address and an unconfirmed account get the same bytes', async () => {
    const [email, unconfirmed] = [newEmail(), newEmail()];
    await api.signedIn(email);
    await api.register(unconfirmed);
    const wrong = await api.login(email, 'not the password');
    expect(wrong).toMatchObject({ status: 401, json: { code: 'unauthenticated' } });
    const others = [await api.login(newEmail()), await api.login(unconfirmed), await api.login(unconfirmed, 'wrong')];
    for (const other of others) {
      expect([other.status, bytes(other)]).toEqual([401, bytes(wrong)]);
      expect([...other.headers.keys()]).toEqual([...wrong.headers.keys()]);
    }
  });

  test('a refresh token gives a new access token until it is revoked by logout', async () => {
    const { token, refreshToken } = await api.signedIn();
    const refresh = () => api.call('POST /auth/refresh', { body: { refreshToken } });
    const { status, json } = await refresh();
    expect(status).toBe(200);
    expect(json).toEqual({ accessToken: expect.any(String), expiresIn: 3_600, tokenType: 'Bearer' });
    expect((await api.call('GET /users/me', { token: json.accessToken })).status).toBe(200);

    const logout = () => api.call('POST /auth/logout', { token, body: { refreshToken } });
    expect(await logout()).toMatchObject({ status: 204, text: '' });
    expect((await logout()).status).toBe(401);
    expect((await refresh()).json).toMatchObject({ status: 401, code: 'unauthenticated' });
  });

  test('logging out leaves other sessions alone, and needs a session', async () => {
    const { email, token, refreshToken } = await api.signedIn();
    const other = (await api.login(email)).json;
    expect((await api.call('POST /auth/logout', { body: { refreshToken } })).status).toBe(401);
    expect((await api.call('POST /auth/logout', { token, body: { refreshToken } })).status).toBe(204);
    const body = { refreshToken: other.refreshToken };
    expect((await api.call('POST /auth/refresh', { body })).status).toBe(200);
    expect((await api.call('GET /users/me', { token: other.accessToken })).status).toBe(200);
  });

  test('an access token is no refresh token, and other text is none either', async () => {
    const { token } = await api.signedIn();
    const refresh = (refreshToken: unknown) => api.call('POST /auth/refresh', { body: { refreshToken } });
    expect((await refresh(token)).status).toBe(401);
    for (const text of ['', 'white space', 7, null]) expect([text, (await refresh(text)).status]).toEqual([text, 400]);
  });
});

describe('the own profile', () => {
  test('is made once, however many requests come first', async () => {
    const { token } = await api.signedIn();
    const answers = await Promise.all(Array.from({ length: 8 }, () => api.call('GET /users/me', { token })));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  });

  test('has the new name at once, also for administrators, and on a first visit', async () => {
    const { token } = await api.signedIn();
    const renamed = await api.call('PATCH /users/me', { token, body: { name: '  Countess Ada ' } });
    expect(renamed).toMatchObject({ status: 200, json: { name: 'Countess Ada' } });
    expect((await api.call('GET /users/me', { token })).json).toEqual(renamed.json);
    const asAdmin = await api.callAsAdmin(`GET /admin/users/${renamed.json.userId}`);
    expect(asAdmin.json).toMatchObject({ name: 'Countess Ada' });

    const again = await api.call('PATCH /users/me', { token, body: { name: 'Ada King' } });
    expect(again.json).toEqual({ ...renamed.json, name: 'Ada King', updatedAt: again.json.updatedAt });
    expect(again.json.updatedAt > renamed.json.updatedAt).toBe(true);
  });

  test('nothing but the name can be changed', async () => {
    const { token } = await api.signedIn();
    for (const change of [{ userId: 'u' }, { email: 'eve@example.com' }, { roles: ['organizers'] }]) {
      const answer = await api.call('PATCH /users/me', { token, body: { name: 'Eve', ...change } });
      expect(answer.json).toMatchObject({ status: 400, code: 'validation-error' });
    }
    expect((await api.call('GET /users/me', { token })).json).toMatchObject({ name: 'Ada', roles: [] });
  });

  test('is for its owner alone: without a token there is none', async () => {
    expect((await api.call('GET /users/me')).status).toBe(401);
    expect((await api.call('PATCH /users/me', { body: { name: 'Eve' } })).status).toBe(401);
  });
});
