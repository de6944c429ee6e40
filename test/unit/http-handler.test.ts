import type { Context } from 'aws-lambda';
import { describe, expect, it, vi } from 'vitest';
import { DomainError } from '../../functions/domain/errors.ts';
import { eventETag } from '../../functions/shared/etag.ts';
import { httpHandler } from '../../functions/shared/http-handler.ts';
import type { HttpEvent } from '../../functions/shared/read-request.ts';

vi.spyOn(console, 'error').mockImplementation(() => {});

const createBooking = vi.fn();
const other = vi.fn(async () => Promise.reject(new Error('secret table name')));
const handler = httpHandler(
  'booking',
  {
    createBooking,
    listBookings: async ({ query }) => ({ status: 200, body: { items: [], nextCursor: String(query.limit) } }),
    getBooking: other,
    confirmBooking: other,
    cancelBooking: other,
    joinWaitlist: other,
    getWaitlistPlace: other,
    leaveWaitlist: other,
  },
  { guard: (_operation, _event, work) => work() },
);

it('lets no person in without a guard', () => {
  const handlers = {} as Parameters<typeof httpHandler<'booking'>>[1];
  expect(() => httpHandler('booking', handlers)).toThrow('has no guard');
});

interface Given {
  headers?: Record<string, string>;
  body?: string | undefined;
  claims?: Record<string, unknown> | undefined;
  query?: Record<string, string>;
  params?: Record<string, string>;
}

async function call(routeKey: string, given: Given = {}) {
  const { headers = {}, body, query, params } = given;
  const claims = 'claims' in given ? given.claims : { sub: 'buyer-1', token_use: 'access' };
  const event = {
    routeKey,
    rawPath: '/bookings',
    headers: { 'content-type': 'application/json', ...headers },
    queryStringParameters: query,
    pathParameters: params,
    body,
    isBase64Encoded: false,
    requestContext: {
      requestId: 'request-1',
      timeEpoch: 0,
      http: { method: routeKey.split(' ')[0], sourceIp: '192.0.2.1' },
      ...(claims && { authorizer: { jwt: { claims } } }),
    },
  } as unknown as HttpEvent;
  const answer = await handler(event, { getRemainingTimeInMillis: () => 1_500, awsRequestId: 'a' } as Context);
  return { ...answer, json: answer.body ? JSON.parse(answer.body) : undefined };
}

const valid = JSON.stringify({ eventId: 'evt_01JY3W8H6V7Q2X4Z9K5M1N0PRS', quantity: 2 });
const post = (body: string, headers = {}) => call('POST /bookings', { body, headers });

describe('a request', () => {
  it.each([
    ['malformed JSON', '{"quantity":', {}, 400, 'validation-error'],
    ['no body', '', {}, 400, 'validation-error'],
    ['a list', '[]', {}, 400, 'validation-error'],
    ['another content type', valid, { 'content-type': 'text/plain' }, 415, 'unsupported-media-type'],
    [
      'an unknown field',
      '{"price":1,"eventId":"evt_01JY3W8H6V7Q2X4Z9K5M1N0PRS","quantity":1}',
      {},
      400,
      'validation-error',
    ],
    [
      'a prototype',
      '{"__proto__":{},"eventId":"evt_01JY3W8H6V7Q2X4Z9K5M1N0PRS","quantity":1}',
      {},
      400,
      'validation-error',
    ],
    ['more than 64 KiB', JSON.stringify('x'.repeat(65_536)), {}, 413, 'payload-too-large'],
    ['a key with blanks', valid, { 'idempotency-key': 'a b' }, 400, 'validation-error'],
    ['an empty key', valid, { 'idempotency-key': '' }, 400, 'validation-error'],
    ['a key of 256 characters', valid, { 'idempotency-key': 'k'.repeat(256) }, 400, 'validation-error'],
  ])('with %s is refused before anything is done', async (_what, body, headers, status, code) => {
    createBooking.mockClear();
    const { statusCode, json, headers: answered } = await post(body, headers);
    expect([statusCode, json.code, json.type]).toEqual([status, code, `/problems/${code}`]);
    expect(answered['content-type']).toBe('application/problem+json');
    expect(createBooking).not.toHaveBeenCalled();
  });

  it.each(['0', '-1', '1.5', '"2"', '1e309', 'null', 'true', '[1]', '101'])(
    'for %s tickets is refused',
    async (quantity) => {
      const { json } = await post(`{"eventId":"evt_01JY3W8H6V7Q2X4Z9K5M1N0PRS","quantity":${quantity}}`);
      expect(json).toMatchObject({ code: 'validation-error', errors: [{ path: 'quantity' }] });
    },
  );

  it.each([
    ['no token', undefined],
    ['an ID token', { sub: 'buyer-1', token_use: 'id' }],
  ])('with %s is not signed in', async (_what, claims) => {
    const { statusCode, json } = await call('POST /bookings', { body: valid, claims });
    expect([statusCode, json.code]).toEqual([401, 'unauthenticated']);
  });

  it('for an id that no resource can have is not found', async () => {
    const { statusCode } = await call('GET /bookings/{bookingId}', { params: { bookingId: '../secret' } });
    expect(statusCode).toBe(404);
  });

  it('reaches its operation validated, with the caller, and the time that is left to answer', async () => {
    createBooking.mockResolvedValueOnce({ status: 201, body: {} });
    await post(valid, { 'idempotency-key': 'key-1' });
    const request = createBooking.mock.lastCall?.[0];
    expect(request).toMatchObject({ caller: { userId: 'buyer-1' }, idempotencyKey: 'key-1', body: { quantity: 2 } });
    expect(request.remainingMs()).toBe(1_000);
  });

  it('gets defaults for its query, and a refusal for what it does not know', async () => {
    expect((await call('GET /bookings')).json.nextCursor).toBe('20');
    expect((await call('GET /bookings', { query: { limit: '0' } })).statusCode).toBe(400);
    expect((await call('GET /bookings', { query: { limit: '101' } })).statusCode).toBe(400);
    expect((await call('GET /bookings', { query: { limit: 'ten' } })).statusCode).toBe(400);
    expect((await call('GET /bookings', { query: { offset: '1' } })).statusCode).toBe(400);
  });
});

describe('an answer', () => {
  it('carries the request id and is not cached', async () => {
    const { headers } = await call('GET /bookings');
    expect(headers).toMatchObject({ 'x-request-id': 'request-1', 'cache-control': 'no-store' });
  });

  it('to a bug tells nothing of what is inside', async () => {
    const { statusCode, body } = await call('GET /bookings/{bookingId}', {
      params: { bookingId: 'bkg_01JY3W9A1B2C3D4E5F6G7H8J9K' },
    });
    expect(statusCode).toBe(500);
    expect(body).not.toContain('secret');
  });

  it('of "busy" says when to come back', async () => {
    createBooking.mockRejectedValueOnce(new DomainError('busy', 'later', { retryAfterSeconds: 1 }));
    const { statusCode, headers } = await post(valid);
    expect([statusCode, headers['retry-after']]).toEqual([503, '1']);
  });

  it('is "busy" when the database takes longer than the function has, not a bug', async () => {
    createBooking.mockImplementationOnce(() => new Promise(() => undefined));
    const { statusCode, headers, json } = await post(valid);
    expect([statusCode, json.code, headers['retry-after']]).toEqual([503, 'busy', '1']);
  });
});

describe('the ETag of an event', () => {
  it('changes with what is available, not only with the version', () => {
    const view = { version: 3, tiers: [{ available: 4 }] } as unknown as Parameters<typeof eventETag>[0];
    const sold = { version: 3, tiers: [{ available: 3 }] } as unknown as Parameters<typeof eventETag>[0];
    expect(eventETag(view)).toMatch(/^"3\.[\w-]+"$/);
    expect(eventETag(view)).not.toBe(eventETag(sold));
  });
});
