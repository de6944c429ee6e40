import type { Context } from 'aws-lambda';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { HttpEvent } from '../../functions/shared/read-request.ts';

vi.spyOn(console, 'log').mockImplementation(() => {});
const key = 'current-key';
const before = 'key-before';

beforeEach(() => vi.resetModules());
afterEach(() => vi.unstubAllEnvs());

/** A function as it starts with these keys, and what it answers to a request with this header. */
async function ask(keys: string | undefined, sent?: string, routeKey = 'GET /problems/{code}') {
  vi.stubEnv('EDGE_KEYS', keys);
  const { httpHandler } = await import('../../functions/shared/http-handler.ts');
  const work = vi.fn(async () => ({ status: 204 }));
  const handlers = new Proxy({}, { get: () => work }) as Parameters<typeof httpHandler<'system'>>[1];
  const handler = httpHandler('system', handlers, {});
  const event = {
    routeKey,
    rawPath: '/problems/not-found',
    headers: sent === undefined ? {} : { 'x-origin-verify': sent },
    pathParameters: { code: 'not-found' },
    requestContext: { requestId: 'r', timeEpoch: 0, http: { method: 'GET', sourceIp: '192.0.2.1' } },
  } as unknown as HttpEvent;
  const answer = await handler(event, { getRemainingTimeInMillis: () => 1_500, awsRequestId: 'a' } as Context);
  return { status: answer.statusCode, body: answer.body, worked: work.mock.calls.length > 0 };
}

test.each([key, before])('what comes through the edge is worked on, with the key %s', async (sent) => {
  expect(await ask(`${key},${before}`, sent)).toMatchObject({ status: 204, worked: true });
});

test.each([undefined, '', 'guessed', `${key},${before}`, key.toUpperCase()])(
  'what does not is refused before any work, as API Gateway would: %j',
  async (sent) => {
    const refused = { status: 403, body: '{"message":"Forbidden"}', worked: false };
    expect(await ask(`${key},${before}`, sent)).toEqual(refused);
    expect(await ask(`${key},${before}`, sent, '$default')).toEqual(refused);
  },
);

test('on a stage without an edge everything is worked on', async () => {
  expect(await ask(undefined)).toMatchObject({ status: 204, worked: true });
  expect(await ask('', 'anything')).toMatchObject({ status: 204, worked: true });
});
