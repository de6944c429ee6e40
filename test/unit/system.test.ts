import { describe, expect, test, vi } from 'vitest';
import { operations } from '../../functions/api/contract.ts';
import { problems } from '../../functions/api/problems.ts';
import { logger } from '../../functions/shared/logger.ts';
import { callSystem } from '../support/system-calls.ts';

vi.stubEnv('SERVICE_VERSION', '1.2.3');

describe('the service page', () => {
  test('names the version and leads to docs, document, health and events, all of which exist', async () => {
    const { status, json } = await callSystem('GET /');
    expect(status).toBe(200);
    expect(json()).toMatchObject({ name: 'evently', version: '1.2.3' });
    const paths: string[] = operations.map(({ path }) => path);
    for (const link of Object.values(json().links)) expect(paths).toContain(link);
  });

  test('liveness looks at nothing else', async () => {
    const answer = await callSystem('GET /health/live');
    expect([answer.status, answer.json()]).toEqual([200, { status: 'ok' }]);
  });
});

describe('a path that is in no operation', () => {
  test.each(['/nothing', '/bookings/', '//', '/events/a/b', '/docs/a/b', '/__proto__', '/health'])(
    '%s is not-found',
    async (path) => {
      const answer = await callSystem(`GET ${path}`);
      expect(answer.status).toBe(404);
      expect(answer.headers).toMatchObject({ 'content-type': 'application/problem+json', 'x-request-id': 'request-1' });
      expect(answer.json()).toMatchObject({ code: 'not-found', instance: 'request-1' });
      expect(answer.headers).not.toHaveProperty('allow');
    },
  );
});

describe('a known path with another method', () => {
  test.each([
    ['PUT /bookings', 'GET, POST'],
    ['POST /events/evt_01JY3W8H6V7Q2X4Z9K5M1N0PRS', 'GET'],
    ['POST /organizer/events/anything', 'DELETE, GET, PATCH'],
    ['DELETE /', 'GET'],
    ['HEAD /events', 'GET'],
    ['OPTIONS /users/me', 'DELETE, GET, PATCH'],
    ['TRACE /docs/x', 'GET'],
  ])('%s is method-not-allowed and tells what is', async (line, allow) => {
    const answer = await callSystem(line);
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe(allow);
    expect(answer.json()).toMatchObject({ code: 'method-not-allowed', allow: allow.split(', ') });
  });

  test('a placeholder does not stand for an empty segment', async () => {
    expect((await callSystem('PUT /events/')).status).toBe(404);
  });

  test('every route of the contract is refused with a method it lacks', async () => {
    for (const { path } of operations) {
      const answer = await callSystem(`TRACE ${path.replace(/\{\w+\}/g, 'x')}`);
      expect([path, answer.status]).toEqual([path, 405]);
    }
  });
});

describe('problem pages', () => {
  test('every code has its page, and `type` of an error leads there', async () => {
    const { type } = (await callSystem('GET /nothing')).json();
    for (const path of [type, ...Object.keys(problems).map((code) => `/problems/${code}`)]) {
      const answer = await callSystem(`GET ${path}`);
      expect(answer.status).toBe(200);
      const code = path.split('/').at(-1) as keyof typeof problems;
      expect(answer.json()).toEqual({ code, ...problems[code] });
    }
  });

  test.each(['nope', 'constructor', '__proto__', 'toString', 'x'.repeat(101)])('%s is not-found', async (code) => {
    expect((await callSystem(`GET /problems/${code}`)).status).toBe(404);
  });
});

test('without its version the function answers as a fault that tells nothing', async () => {
  vi.stubEnv('SERVICE_VERSION', '');
  vi.spyOn(logger, 'error').mockReturnValueOnce();
  const answer = await callSystem('GET /');
  vi.stubEnv('SERVICE_VERSION', '1.2.3');
  expect(answer.status).toBe(500);
  expect(answer.bytes.toString()).not.toContain('SERVICE_VERSION');
});
