import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { openApiText } from '../../bin/openapi/document.ts';
import { problemExample } from '../../functions/api/docs/problem-examples.ts';
import { createCoverage } from '../support/fuzz/coverage.ts';
import { judge, type OpenApiDocument } from '../support/fuzz/judge.ts';
import { type ContractOperation, operationList } from '../support/fuzz/operation-list.ts';
import { fire } from '../support/fuzz/shot.ts';
import type { FuzzWorld } from '../support/fuzz/world.ts';
import type { RawAnswer } from '../support/raw-http.ts';

/** What the fuzz is worth: an answer of the contract passes its judge, and any other one is found. */

const written = JSON.parse(openApiText());
const document: OpenApiDocument = written;
const schemas: Readonly<Record<string, JsonSchema>> = written.components.schemas;
const callOf = ({ method, path }: ContractOperation) =>
  ({ caller: 'nobody', method, path: path.replaceAll(/\{\w+\}/g, 'x'), headers: {}, body: '' }) as const;
const cacheControl = {
  catalog: 'public, max-age=1, stale-while-revalidate=5',
  asset: 'public, max-age=86400',
  none: 'no-store',
} as const;

interface JsonSchema {
  readonly $ref?: string;
  readonly required?: readonly string[];
}
interface Documented {
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: Readonly<Record<string, { readonly example?: unknown; readonly schema?: JsonSchema }>>;
}

function documented({ path, method, success: successes }: ContractOperation): Documented & { readonly status: number } {
  const { responses } = document.paths[path]?.[method.toLowerCase()] ?? { responses: {} };
  const [status = ''] = Object.keys(successes);
  return { ...(responses[status] as Documented), status: Number(status) };
}

/** A success as the document shows it. */
function success(operation: ContractOperation): RawAnswer {
  const { status, headers = {}, content = {} } = documented(operation);
  const [[mediaType, { example }] = [undefined, { example: undefined }]] = Object.entries(content);
  const sent: Record<string, string> = {
    'x-request-id': 'one',
    'x-content-type-options': 'nosniff',
    'cache-control': cacheControl[operation.cache ?? 'none'],
    ...(mediaType && { 'content-type': mediaType.replace('*/*', 'text/css') }),
    ...('ETag' in headers && { etag: '"1"' }),
    ...('Location' in headers && { location: '/there' }),
  };
  const text = mediaType === undefined ? '' : mediaType === 'application/json' ? JSON.stringify(example) : 'text';
  return { status, headers: sent, text };
}

const problem = (status: number, body: object): RawAnswer => ({
  status,
  headers: {
    'content-type': 'application/problem+json',
    'x-request-id': 'one',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  },
  text: JSON.stringify({ ...body, instance: 'one' }),
});
const operationOf = (id: string) => {
  const found = operationList.find(({ operationId }) => operationId === id);
  if (!found) throw new Error(`no operation ${id}`);
  return found;
};
const verdictOn = (operation: ContractOperation, answer: RawAnswer) => judge(document, callOf(operation), answer);
const bodyOf = ({ text }: RawAnswer) => JSON.parse(text) as Record<string, unknown>;
const withBody = (answer: RawAnswer, body: unknown): RawAnswer => ({ ...answer, text: JSON.stringify(body) });
const withHeader = (answer: RawAnswer, name: string, value: string | undefined): RawAnswer => ({
  ...answer,
  headers: { ...answer.headers, [name]: value },
});

describe.each(operationList.map((operation) => [operation.operationId, operation] as const))(
  'of %s',
  (_, operation) => {
    const good = success(operation);

    test('the success of the document passes', () => {
      expect(verdictOn(operation, good)).toEqual({ operation, status: good.status });
    });

    test('a fault of the service is found, whatever it says', () => {
      expect(() => verdictOn(operation, { ...good, status: 500 })).toThrow('a fault of the service');
      expect(() => verdictOn(operation, problem(500, problemExample('internal')))).toThrow('a fault of the service');
      expect(() => verdictOn(operation, problem(502, problemExample('busy')))).toThrow('a fault of the service');
    });

    test('a status that is not in the contract is found', () => {
      for (const status of [206, 302, 418]) {
        expect(() => verdictOn(operation, { ...good, status })).toThrow(`status ${status} is not documented`);
      }
    });

    test('headers that are missing, wrong or not in the contract are found', () => {
      expect(() => verdictOn(operation, withHeader(good, 'x-powered-by', 'it'))).toThrow(
        'x-powered-by is not documented',
      );
      expect(() => verdictOn(operation, withHeader(good, 'x-request-id', undefined))).toThrow('no x-request-id');
      expect(() => verdictOn(operation, withHeader(good, 'cache-control', 'public'))).toThrow('cache-control: public');
      expect(() => verdictOn(operation, withHeader(good, 'x-content-type-options', undefined))).toThrow(
        /content-type-opt/,
      );
      if (good.headers.etag) expect(() => verdictOn(operation, withHeader(good, 'etag', 'W/1'))).toThrow('etag: W/1');
    });

    test('a body of another kind is found', () => {
      if (good.text === '') {
        expect(() => verdictOn(operation, { ...good, text: '{}' })).toThrow('a body where there is none');
        return;
      }
      expect(() => verdictOn(operation, { ...good, text: '' })).toThrow(/no body|not JSON/);
      if (good.headers['content-type'] === 'text/css') return;
      const other = withHeader(good, 'content-type', 'text/plain');
      expect(() => verdictOn(operation, other)).toThrow('media type text/plain is not documented');
    });

    if (good.headers['content-type'] !== 'application/json') return;
    test('a JSON body without its fields is found', () => {
      expect(() => verdictOn(operation, { ...good, text: good.text.slice(0, -1) })).toThrow('the body is not JSON');
      expect(() => verdictOn(operation, withBody(good, null))).toThrow('the body breaks its schema');
      // The document itself is the one body whose fields the contract leaves open.
      if (operation.operationId === 'getOpenApi') return;
      expect(() => verdictOn(operation, withBody(good, { ...bodyOf(good), surprise: 1 }))).toThrow('not the fields');
      const needed = Object.keys(bodyOf(good)).filter((name) => isRequired(operation, name));
      for (const name of needed) {
        const { [name]: _dropped, ...rest } = bodyOf(good);
        expect(() => verdictOn(operation, withBody(good, rest)), name).toThrow(/breaks its schema|not the fields/);
      }
    });
  },
);

/** As the written document says it, which is another source than the schema that the judge asks. */
function isRequired(operation: ContractOperation, name: string): boolean {
  const schema = documented(operation).content?.['application/json']?.schema;
  const named = schema?.$ref ? schemas[schema.$ref.split('/').at(-1) ?? ''] : schema;
  return named?.required?.includes(name) ?? false;
}

describe('of a body', () => {
  test.each([
    ['createBooking', 'status'],
    ['createBooking', 'total'],
    ['getEvent', 'tiers'],
    ['listEvents', 'items'],
    ['login', 'accessToken'],
  ])('%s, a missing %s is found', (id, name) => {
    const good = success(operationOf(id));
    const { [name]: dropped, ...rest } = bodyOf(good);
    expect(dropped).toBeDefined();
    expect(() => verdictOn(operationOf(id), withBody(good, rest))).toThrow('the body breaks its schema');
  });

  test.each([
    ['createBooking', { status: 'SOLD' }],
    ['createBooking', { total: '9800' }],
    ['createBooking', { createdAt: 'yesterday' }],
    ['getEvent', { tiers: [{}] }],
  ])('%s, a wrong value is found: %j', (id, change) => {
    const good = success(operationOf(id));
    const changed = withBody(good, { ...bodyOf(good), ...change });
    expect(() => verdictOn(operationOf(id), changed)).toThrow('the body breaks its schema');
  });
});

describe('of a refusal', () => {
  const operation = operationOf('createBooking');
  const soldOut = problemExample('sold-out');

  test('one of the contract passes', () => {
    expect(verdictOn(operation, problem(409, soldOut))).toEqual({ operation, status: 409 });
  });

  test.each([
    ['a code that is not documented there', problem(409, problemExample('invalid-state')), 'is not documented here'],
    ['a code of another status', problem(404, soldOut), 'is not documented here'],
    ['another status inside', problem(409, { ...soldOut, status: 400 }), 'type, status or title'],
    ['another title', problem(409, { ...soldOut, title: 'Gone' }), 'type, status or title'],
    ['no code', problem(409, { ...soldOut, code: undefined }), 'not a problem document'],
    ['no detail', problem(409, { ...soldOut, detail: '' }), 'instance or detail'],
    [
      'fields that failed',
      problem(409, { ...soldOut, errors: [{ field: 'a', message: 'b' }] }),
      /errors|problem document/,
    ],
    ['a path of the code', problem(409, { ...soldOut, detail: 'at book (/task/index.mjs:1)' }), 'of the inside'],
    ['a key of the table', problem(409, { ...soldOut, detail: 'EVENT#1 is sold out' }), 'of the inside'],
    ['a media type of a success', withHeader(problem(409, soldOut), 'content-type', 'application/json'), 'media type'],
  ])('%s is found', (_what, answer, message) => {
    expect(() => verdictOn(operation, answer)).toThrow(message);
  });

  test('another request id than that of the header is found', () => {
    expect(() => verdictOn(operation, withHeader(problem(409, soldOut), 'x-request-id', 'two'))).toThrow('instance');
  });
});

describe('of a path that no operation has', () => {
  const call = { ...callOf(operationOf('listEvents')), path: '/nowhere' };
  const notFound = problem(404, problemExample('not-found'));

  test('404 passes, anything else is found', () => {
    expect(judge(document, call, notFound)).toBeUndefined();
    expect(() => judge(document, call, success(operationOf('listEvents')))).toThrow('wanted 404');
  });

  test('405 has to tell the methods', () => {
    const put = { ...call, method: 'PUT', path: '/events' };
    const refusal = problem(405, problemExample('method-not-allowed'));
    expect(judge(document, put, withHeader(refusal, 'allow', 'GET'))).toBeUndefined();
    expect(() => judge(document, put, refusal)).toThrow('Allow');
    expect(() => judge(document, put, notFound)).toThrow('wanted 405');
  });
});

test('a shot tells of an answer that keeps to the contract and is not the one that was to come', async () => {
  const operation = operationOf('listEvents');
  const { status, headers, text } = success(operation);
  const server = createServer((_, response) => {
    response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) }).end(text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const outputs = { apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  const world = { api: { stack: { outputs } } } as unknown as FuzzWorld;
  const range = { world, document, coverage: createCoverage() };
  const parts = {
    caller: 'nobody',
    token: 't',
    params: {},
    query: { limit: 0 },
    body: undefined,
    headers: {},
  } as const;
  try {
    await fire(range, operation, { parts });
    await expect(fire(range, operation, { parts, expected: [400] })).rejects.toThrow(
      /^listEvents: wanted 400\n.*limit=0/,
    );
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
