import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operations } from '../../functions/api/contract.ts';
import { type TestStack, withStack } from '../support/stack.ts';

let api: TestStack;

beforeAll(async () => {
  api = await withStack();
});
afterAll(() => api?.stop());

const call = (path: string, init?: RequestInit) => fetch(api.stack.outputs.apiUrl + path, init);

/** Sends the very path: `fetch` would resolve dots and decompress the body. */
function callRaw(path: string, headers: Record<string, string> = {}) {
  const { hostname, port } = new URL(api.stack.outputs.apiUrl);
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: Buffer }>((resolve, reject) => {
    const sent = request({ hostname, port, path, headers }, async (answer) => {
      const body = Buffer.concat(await answer.toArray());
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body });
    });
    sent.on('error', reject).end();
  });
}

describe('the service', () => {
  test('leads from its root to everything else', async () => {
    const { links, version } = (await (await call('/')).json()) as { links: Record<string, string>; version: string };
    expect(version).toMatch(/^\d+\.\d+\.\d+/);
    for (const path of Object.values(links)) expect([path, (await call(path)).status]).toEqual([path, 200]);
  });

  test('is alive, and ready with its table and its user pool', async () => {
    expect(await (await call('/health/live')).json()).toEqual({ status: 'ok' });
    const ready = await call('/health/ready');
    expect([ready.status, await ready.json()]).toEqual([
      200,
      { status: 'ready', parts: { table: 'ok', queues: 'ok', userPool: 'ok' } },
    ]);
  });

  test('every answer has its request id, and an error names the same one', async () => {
    const answer = await call('/nothing');
    const { instance } = (await answer.json()) as { instance: string };
    expect(answer.headers.get('x-request-id')).toBe(instance);
    expect((await call('/health/live')).headers.get('x-request-id')).not.toBe(instance);
  });
});

describe('what is no route', () => {
  test('an unknown path is 404, and its type leads to a page that explains it', async () => {
    const answer = await call('/nothing/here');
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    const { type, code } = (await answer.json()) as { type: string; code: string };
    const page = await (await call(type)).json();
    expect(page).toMatchObject({ code, status: 404, meaning: expect.any(String), remedy: expect.any(String) });
  });

  test.each([
    ['PUT', '/bookings', 'GET, POST'],
    ['HEAD', '/events', 'GET'],
    ['OPTIONS', '/users/me', 'DELETE, GET, PATCH'],
    ['POST', '/organizer/events/anything', 'DELETE, GET, PATCH'],
    ['DELETE', '/admin/users', 'GET, POST'],
  ])('%s %s is 405 and tells what is allowed', async (method, path, allow) => {
    const answer = await call(path, { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow]);
    if (method !== 'HEAD') expect(await answer.json()).toMatchObject({ code: 'method-not-allowed' });
  });

  test('an unknown problem is 404', async () => {
    expect((await call('/problems/constructor')).status).toBe(404);
  });
});

describe('the reference', () => {
  test('its document is the committed one and names every operation', async () => {
    const document = (await (await call('/openapi.json')).json()) as { paths: Record<string, Record<string, object>> };
    expect(document).toEqual(JSON.parse(await readFile('docs/openapi.json', 'utf8')));
    for (const { path, method } of operations) expect(document.paths[path]).toHaveProperty(method.toLowerCase());
  });

  test('its page and every file that the page names come from the API', async () => {
    const answer = await call('/docs');
    const page = await answer.text();
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page).not.toMatch(/https?:|\/\//);
    const addresses = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => `/${address}`);
    expect(addresses.length).toBeGreaterThan(3);
    for (const address of addresses) expect([address, (await call(address)).status]).toEqual([address, 200]);
  });

  test('its script is compressed for who accepts that, and is the same script', async () => {
    const script = await readFile('node_modules/swagger-ui-dist/swagger-ui-bundle.js');
    const plain = await callRaw('/docs/swagger-ui-bundle.js');
    expect(plain.body.equals(script)).toBe(true);
    const packed = await callRaw('/docs/swagger-ui-bundle.js', { 'accept-encoding': 'gzip' });
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(packed.body.byteLength).toBeLessThan(script.byteLength / 3);
    expect(gunzipSync(packed.body).equals(script)).toBe(true);
    const again = await callRaw('/docs/swagger-ui-bundle.js', { 'if-none-match': String(plain.headers.etag) });
    expect([again.status, again.body.byteLength]).toEqual([304, 0]);
  });

  test.each([
    '/docs/index.mjs',
    '/docs/../index.mjs',
    '/docs/..%2findex.mjs',
    '/docs/%2e%2e%2findex.mjs',
    '/docs/openapi.json',
  ])('%s gives away no other file of the function', async (path) => {
    const answer = await callRaw(path);
    expect(answer.status).toBe(404);
    expect(JSON.parse(answer.body.toString()).code).toBe('not-found');
  });
});
