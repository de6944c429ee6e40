import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operations } from '../../functions/api/contract.ts';
import { type SigningScope, sign } from '../../local/sigv4.ts';
import type { CallOptions, Person, Received } from '../support/client.ts';
import { eventBody } from '../support/factories.ts';
import {
  accessClaims,
  signedByPool,
  signedByStranger,
  signedWithPublicKey,
  unsigned,
} from '../support/forged-token.ts';
import { sendRaw } from '../support/raw-http.ts';
import { type TestStack, withStack } from '../support/stack.ts';
import { contentsOf, expectProblem, type TableContents } from '../support/trace.ts';

let api: TestStack;
let buyer: Person;
let organizer: Person;
let eventId: string;
let before: TableContents;

beforeAll(async () => {
  api = await withStack();
  [buyer, organizer] = [await api.registerUser(), await api.makeOrganizer()];
  ({ eventId } = await api.createEvent());
  before = await contentsOf(api.stack.outputs);
});
afterAll(() => api?.stop());

const unauthorized = { status: 401, json: { message: 'Unauthorized' } };
const forbidden = { status: 403, json: { message: 'Forbidden' } };
const book = (token: string) => api.call('POST', '/bookings', { token, body: { eventId, quantity: 1 } });
const create = (token: string) => api.call('POST', '/organizer/events', { token, body: eventBody() });

/** A well-formed call of an operation, which only its caller can be wrong with. */
function callOperation({ method, path }: (typeof operations)[number], options: CallOptions): Promise<Received> {
  const address = path
    .replace('{eventId}', eventId)
    .replace('{bookingId}', 'bkg_01JY3W9A1B2C3D4E5F6G7H8J9K')
    .replace('{userId}', buyer.userId);
  const body = path === '/bookings' ? { eventId, quantity: 1 } : path.endsWith('/events') ? eventBody() : { name: 'X' };
  const hasBody = method !== 'GET' && method !== 'DELETE';
  return api.call(method, address, { ...(hasBody && { body }), headers: { 'if-match': '"1"' }, ...options });
}
const withAuth = (...auths: string[]) =>
  operations.filter(({ auth }) => auths.includes(auth)).map((operation) => [operation.operationId, operation] as const);

describe('without the right credentials', () => {
  test.each(withAuth('user', 'organizer'))(
    '%s is refused without a token, and to an administrator',
    async (_, operation) => {
      const answer = await callOperation(operation, {});
      expect(answer).toMatchObject(unauthorized);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
      expect(await callOperation(operation, { signAs: 'admin' })).toMatchObject(unauthorized);
    },
  );

  test.each(withAuth('organizer'))('%s is refused to a buyer', async (_, operation) => {
    expectProblem(await callOperation(operation, { token: buyer.accessToken }), 403, 'forbidden');
  });

  test.each(withAuth('iam'))(
    '%s is refused without a signature, to a stranger and to an organizer',
    async (_, operation) => {
      expect(await callOperation(operation, {})).toMatchObject(forbidden);
      expect(await callOperation(operation, { signAs: 'stranger' })).toMatchObject(forbidden);
      expect(await callOperation(operation, { token: organizer.accessToken })).toMatchObject(forbidden);
    },
  );
});

describe('a token is refused', () => {
  test('not when the pool made it: what follows differs from this one in one thing alone', async () => {
    const token = await signedByPool(accessClaims(api.stack.outputs));
    expect(await api.call('GET', '/bookings', { token })).toMatchObject({ status: 200, json: { items: [] } });
  });

  const now = () => Math.floor(Date.now() / 1_000);
  test.each<[string, () => Record<string, unknown>]>([
    ['that has expired', () => ({ exp: now() - 1 })],
    ['that never expires', () => ({ exp: undefined })],
    ['that is not valid yet', () => ({ nbf: now() + 600 })],
    ['of another pool', () => ({ iss: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Other' })],
    ['of no issuer', () => ({ iss: undefined })],
    ['of another client', () => ({ client_id: 'another-client' })],
    ['of no client', () => ({ client_id: undefined })],
    ['for another audience', () => ({ aud: 'another-client' })],
  ])('%s', async (_, change) => {
    const token = await signedByPool({ ...accessClaims(api.stack.outputs), ...change() });
    for (const answer of [await book(token), await create(token)]) expect(answer).toMatchObject(unauthorized);
  });

  test('that carries no signature, however it spells that', async () => {
    for (const alg of ['none', 'None', 'NONE', 'nOnE', '', 'RS256']) {
      expect(await book(unsigned(accessClaims(api.stack.outputs), alg))).toMatchObject(unauthorized);
    }
  });

  test("that is signed with somebody's own key, or with the public key as a secret", async () => {
    const claims = accessClaims(api.stack.outputs);
    expect(await book(await signedByStranger(claims))).toMatchObject(unauthorized);
    expect(await book(await signedWithPublicKey(claims))).toMatchObject(unauthorized);
    expect(await book(await signedByPool(claims, { kid: 'another-key' }))).toMatchObject(unauthorized);
  });

  test('whose claims were changed after signing', async () => {
    const [header, , signature] = buyer.accessToken.split('.');
    const claims = { ...accessClaims(api.stack.outputs), 'cognito:groups': ['organizers'] };
    const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
    expect(await create(`${header}.${payload}.${signature}`)).toMatchObject(unauthorized);
  });

  test.each(['x', '.', '..', 'a.b.c', '{}', 'eyJhbGciOiJSUzI1NiJ9.e30.AAAA', 'é', 'null', 'x'.repeat(8_000)])(
    'that is none: %s',
    async (token) => expect(await book(token)).toMatchObject(unauthorized),
  );

  test('in another scheme, or beside a second one', async () => {
    const { accessToken } = buyer;
    for (const authorization of [
      `Basic ${accessToken}`,
      `Bearer ${accessToken},Bearer ${accessToken}`,
      'Bearer',
      'Bearer ',
    ]) {
      expect(await api.call('GET', '/bookings', { headers: { authorization } })).toMatchObject(unauthorized);
    }
  });

  test('that is a refresh token', async () => expect(await book(buyer.refreshToken)).toMatchObject(unauthorized));
});

describe('an ID token', () => {
  const idClaims = () => {
    const { client_id: aud, scope: _, ...claims } = accessClaims(api.stack.outputs);
    return { ...claims, aud, token_use: 'id', email: 'ada@example.com', 'cognito:groups': ['organizers'] };
  };

  test('is refused by the gateway', async () => {
    const token = await signedByPool(idClaims());
    for (const answer of [await book(token), await create(token)]) expect(answer).toMatchObject(forbidden);
  });

  test('is refused by the function too, should the gateway let one through', async () => {
    const token = await signedByPool({ ...idClaims(), scope: 'aws.cognito.signin.user.admin' });
    for (const answer of [await book(token), await create(token)]) expectProblem(answer, 401, 'unauthenticated');
  });
});

test('nobody is an organizer by a group of a similar name', async () => {
  for (const group of ['organizer', 'Organizers', 'organizers2', 'my-organizers', 'not,organizers', '[organizers]']) {
    const claims = { ...accessClaims(api.stack.outputs), 'cognito:groups': [group] };
    expectProblem(await create(await signedByPool(claims)), 403, 'forbidden');
  }
});

describe('a signature is refused', () => {
  interface Signing extends SigningScope {
    otherHeaders: Record<string, string>;
    method: string;
    path: string;
    queryString: string;
    headers: Record<string, string>;
    body: string;
    accessKeyId: string;
    secretAccessKey: string;
  }
  const line = { method: 'POST', path: '/admin/events', queryString: '' };
  /** Signs with changes, and sends without them. */
  const sendSigned = async (change: Partial<Signing> = {}, alter = (authorization: string) => authorization) => {
    const { apiUrl, region, adminAccessKeyId, adminSecretAccessKey } = api.stack.outputs;
    const body = JSON.stringify(eventBody({ name: 'Never' }));
    const sent = { host: new URL(apiUrl).host, 'content-type': 'application/json' };
    const scope = { region, service: 'execute-api', time: new Date() };
    const key = { accessKeyId: adminAccessKeyId, secretAccessKey: adminSecretAccessKey };
    const headers = { ...sent, ...change.otherHeaders };
    const all = { ...line, headers, body, ...scope, ...key, ...change };
    const { authorization = '', 'x-amz-date': date = '' } = await sign(all, all, all);
    return sendRaw(
      apiUrl,
      line.method,
      line.path,
      { ...sent, 'x-amz-date': date, authorization: alter(authorization) },
      body,
    );
  };
  const minutes = (count: number) => new Date(Date.now() + count * 60_000);

  test.each<[string, Partial<Signing>]>([
    ['by an unknown key', { accessKeyId: 'AKIAAAAAAAAAAAAAAAAA' }],
    ['by a wrong secret', { secretAccessKey: 'x'.repeat(40) }],
    ['that is six minutes old', { time: minutes(-6) }],
    ['from six minutes ahead', { time: minutes(6) }],
    ['for another region', { region: 'eu-central-1' }],
    ['for another service', { service: 's3' }],
    ['of another method', { method: 'GET' }],
    ['of another path', { path: '/admin/users' }],
    ['of another query', { queryString: 'limit=1' }],
    ['of another body', { body: '{}' }],
    ['of another host', { otherHeaders: { host: 'example.com' } }],
    ['that does not cover the host', { headers: { 'content-type': 'application/json' } }],
    ['of another header', { otherHeaders: { 'content-type': 'text/plain' } }],
  ])('%s', async (_, change) => {
    const { status, text } = await sendSigned(change);
    expect([status, JSON.parse(text)]).toEqual([403, { message: 'Forbidden' }]);
  });

  test.each<[string, (authorization: string) => string]>([
    ['with one digit changed', (text) => text.slice(0, -1) + (text.endsWith('0') ? '1' : '0')],
    ['that is cut off', (text) => text.slice(0, -1)],
    ['that is empty', (text) => text.replace(/Signature=.*/, 'Signature=')],
    ['with another algorithm', (text) => text.replace('AWS4-HMAC-SHA256', 'AWS4-HMAC-SHA1')],
    ['without signed headers', (text) => text.replace(/SignedHeaders=[^,]+, /, '')],
    ['with a header that was not sent', (text) => text.replace('SignedHeaders=', 'SignedHeaders=x-none;')],
    ['that is only text', () => 'AWS4-HMAC-SHA256'],
    ['that comes twice', (text) => `${text},${text}`],
  ])('%s', async (_, alter) => expect((await sendSigned({}, alter)).status).toBe(403));

  test('that was made for the same request with another date', async () => {
    const { apiUrl } = api.stack.outputs;
    const headers = { 'x-amz-date': '20200101T000000Z', authorization: 'AWS4-HMAC-SHA256 Credential=a/b' };
    expect((await sendRaw(apiUrl, 'GET', '/admin/users', headers)).status).toBe(403);
  });
});

describe('a client cannot choose', () => {
  test('its request id, nor add a header to the answer', async () => {
    const headers = { 'x-request-id': 'mine', 'apigw-requestid': 'mine', 'idempotency-key': 'a%0d%0aset-cookie:x' };
    const answer = await api.call('GET', `/events/${eventId}?x=%0d%0aset-cookie:%20a=b`, { headers });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-request-id')).not.toBe('mine');
    expect(answer.headers.get('set-cookie')).toBeNull();
  });

  test('to be somebody else by a header', async () => {
    const headers = { 'x-user-id': organizer.userId, 'x-forwarded-user': 'admin', 'x-amzn-oidc-identity': 'admin' };
    const { json } = await api.call('GET', '/users/me', { token: buyer.accessToken, headers });
    expect(json.userId).toBe(buyer.userId);
    const { json: listed } = await api.call('GET', `/bookings/bkg_x?userId=${organizer.userId}`, {
      token: buyer.accessToken,
    });
    expect(listed.code).toBe('not-found');
  });
});

describe('all of these attempts', () => {
  test('left no trace in the data', async () => expect(await contentsOf(api.stack.outputs)).toEqual(before));

  test('were no fault of a function', () => expect(api.logged).toEqual([]));

  test('and the same requests pass with the right credentials', async () => {
    expect((await book(buyer.accessToken)).status).toBe(201);
    expect((await create(organizer.accessToken)).status).toBe(201);
    expect((await api.call('POST', '/admin/events', { body: eventBody(), signAs: 'admin' })).status).toBe(201);
  });
});
