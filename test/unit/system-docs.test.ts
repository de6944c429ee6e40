import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { callSystem } from '../support/system-calls.ts';

// Beside a bundle lie copies; from the sources the originals are read.
vi.mock('../../functions/shared/bundled-file.ts', async (original) => ({
  ...(await original<typeof import('../../functions/shared/bundled-file.ts')>()),
  readBundledFile: (name: string) =>
    readFile(name === 'openapi.json' ? 'docs/openapi.json' : `node_modules/swagger-ui-dist/${name}`),
}));

const sixMegabytes = 6 * 1024 * 1024;

describe('the reference page', () => {
  test('needs no address outside the API, and its policy permits none', async () => {
    const { status, headers, bytes } = await callSystem('GET /docs');
    const page = bytes.toString();
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page).not.toMatch(/https?:|\/\/|data:|<script>| on\w+=/);
    const policy = headers['content-security-policy'] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval/);
  });

  test('finds every file that it names', async () => {
    const page = (await callSystem('GET /docs')).bytes.toString();
    const addresses = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address);
    expect(addresses).toHaveLength(5);
    for (const address of addresses) expect((await callSystem(`GET /${address}`)).status).toBe(200);
  });

  test('its initializer reads the document of this API and asks nobody else to validate it', async () => {
    const script = (await callSystem('GET /docs/initializer.js')).bytes.toString();
    expect(script).not.toMatch(/https?:|\/\//);
    expect(script).toContain("url: 'openapi.json'");
    expect(script).toContain('validatorUrl: null');
  });
});

describe('files of the reference page', () => {
  test.each([
    ['swagger-ui-bundle.js', 'text/javascript; charset=utf-8'],
    ['swagger-ui.css', 'text/css; charset=utf-8'],
    ['initializer.js', 'text/javascript; charset=utf-8'],
    ['favicon-32x32.png', 'image/png'],
  ])('%s is served as it is, fits into an answer and may be cached', async (name, type) => {
    const answer = await callSystem(`GET /docs/${name}`);
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({ 'content-type': type, 'x-content-type-options': 'nosniff' });
    expect(answer.headers['cache-control']).toContain('max-age=86400');
    expect(answer.headers).not.toHaveProperty('content-encoding');
    expect(answer.sentCharacters).toBeLessThan(sixMegabytes / 2);
    if (name !== 'initializer.js') expect(answer.bytes).toEqual(await readFile(`node_modules/swagger-ui-dist/${name}`));
  });

  test.each(['gzip', 'br, gzip;q=0.5', 'deflate, GZIP'])('is compressed for "%s"', async (encodings) => {
    const plain = await callSystem('GET /docs/swagger-ui.css');
    const packed = await callSystem('GET /docs/swagger-ui.css', { 'accept-encoding': encodings });
    expect(packed.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' });
    expect(gunzipSync(packed.bytes)).toEqual(plain.bytes);
    expect(packed.headers.etag).not.toBe(plain.headers.etag);
  });

  test.each(['', 'br', 'gzip;q=0', 'identity'])('is not compressed for "%s"', async (encodings) => {
    const answer = await callSystem('GET /docs/swagger-ui.css', { 'accept-encoding': encodings });
    expect(answer.headers).not.toHaveProperty('content-encoding');
  });

  test('is not sent again to who has it', async () => {
    const { headers } = await callSystem('GET /docs/initializer.js');
    const again = await callSystem('GET /docs/initializer.js', { 'if-none-match': headers.etag ?? '' });
    expect([again.status, again.sentCharacters, again.headers.etag]).toEqual([304, 0, headers.etag]);
  });

  test.each([
    'openapi.json',
    'index.mjs',
    '..%2Findex.mjs',
    '..',
    '..\\index.mjs',
    'swagger-ui.css%00',
    'SWAGGER-UI.CSS',
    'constructor',
    'swagger-ui-bundle.js.map',
  ])('%s is not among them', async (name) => {
    expect((await callSystem(`GET /docs/${name}`)).status).toBe(404);
  });
});

test('the document is the committed one', async () => {
  const { status, headers, json } = await callSystem('GET /openapi.json');
  expect([status, headers['content-type']]).toEqual([200, 'application/json']);
  expect(json()).toEqual(JSON.parse(await readFile('docs/openapi.json', 'utf8')));
});
