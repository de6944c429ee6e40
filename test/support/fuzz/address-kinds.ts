import fc from 'fast-check';
import { limits } from '../../../functions/domain/limits.ts';
import type { Kind } from './kind.ts';
import type { ContractOperation } from './operation-list.ts';
import { partsOf, withHeaders } from './parts.ts';
import type { Parts, Shot } from './shot.ts';

/* Requests with strange methods, paths, queries and headers. */

const rawPairs = fc.oneof(
  fc.constantFrom(
    '%',
    '%zz',
    '%00',
    '&&=',
    '=',
    'a=b=c',
    '__proto__=1',
    'limit=1&limit=2',
    'limit=',
    'limit=1e1',
    'limit=0x10',
  ),
  fc.constantFrom(
    'limit=101',
    'limit=-1',
    'limit=NaN',
    'limit= 5',
    'limit[]=5',
    'cursor=',
    'cursor=%FF',
    'from=x',
    '?',
    '??',
  ),
  fc.webQueryParameters(),
  fc
    .tuple(
      fc.constantFrom('limit', 'cursor', 'from', 'to', 'q', 'status', 'tierId', 'entity'),
      fc.string({ unit: 'grapheme' }),
    )
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`),
);

/** As a gateway reads a query: a name that comes again is joined to the first one. */
function readQuery(text: string): Record<string, string> {
  const query = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    const earlier = query.get(name);
    query.set(name, earlier === undefined ? value : `${earlier},${value}`);
  }
  return Object.fromEntries(query);
}

export const badQuery: Kind = {
  name: 'is sent a strange query',
  weight: 2,
  of: (operation, world) => {
    const strange = fc.array(rawPairs, { minLength: 1, maxLength: 3 }).map((pairs) =>
      pairs
        .join('&')
        .toWellFormed()
        .replaceAll(/[^\x21-\x7e]/gu, encodeURIComponent),
    );
    const unknown = fc.constantFrom('unknown=1', 'constructor=x', '__proto__=x');
    return [strange, unknown].map((searches) =>
      fc.tuple(partsOf(operation, world), searches).map(([parts, search]) => ({
        parts,
        bend: (call) => ({ ...call, path: `${call.path.split('?')[0]}?${search}` }),
        expected: operation.query?.safeParse(readQuery(search)).success === false ? [400] : undefined,
      })),
    );
  },
};

export const badCursor: Kind = {
  name: 'is sent a cursor of another list',
  weight: 2,
  of: (operation, world) => {
    const shape = (operation.query as { shape?: Record<string, unknown> } | undefined)?.shape;
    if (!shape || !('cursor' in shape)) return undefined;
    const { listBookings, listEvents } = world.cursors;
    const other = operation.operationId === 'listBookings' ? listEvents : listBookings;
    const cursors = fc.oneof(
      fc.constant(other),
      fc
        .nat({ max: other.length - 1 })
        .map((at) => other.slice(0, at) + (other[at] === 'A' ? 'B' : 'A') + other.slice(at + 1)),
      fc.base64String({ minLength: 1, maxLength: 60 }).map((text) => text || 'x'),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
      fc.constantFrom('x'.repeat(limits.cursorCharacters), 'e30', 'null', '0'),
    );
    return fc.tuple(partsOf(operation, world), cursors).map(([parts, cursor]) => ({
      parts: { ...parts, query: { ...parts.query, cursor: cursor.toWellFormed() } },
      expected: [400],
    }));
  },
};

interface Strange<T> {
  readonly name: string;
  readonly weight: number;
  /** What is strange about a request; undefined where an operation takes no such thing. */
  readonly values: (operation: ContractOperation) => fc.Arbitrary<T> | undefined;
  readonly shot: (parts: Parts, value: T) => Shot;
}

/** Good requests, each with one strange thing about it. */
function strange<T>({ name, weight, values, shot }: Strange<T>): Kind {
  return {
    name,
    weight,
    of: (operation, world) => {
      const found = values(operation);
      return found && fc.tuple(partsOf(operation, world), found).map(([parts, value]) => shot(parts, value));
    },
  };
}

const headerNames = fc.constantFrom(
  'accept',
  'accept-encoding',
  'content-encoding',
  'if-match',
  'if-none-match',
  'if-modified-since',
  'range',
  'cookie',
  'origin',
  'x-forwarded-for',
  'x-amzn-trace-id',
  'x-custom',
);
const headerText = fc
  .string({ unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)), maxLength: 60 })
  .map((text) => text.replaceAll('\u007f', ''));
const headerValues = fc.oneof(
  headerText,
  fc.constantFrom('*', '"', 'W/"1"', 'bytes=0-', 'gzip', 'é'.repeat(500), '"1"'),
);
export const badHeaders = strange({
  name: 'is sent strange headers',
  weight: 3,
  values: () => fc.dictionary(headerNames, headerValues, { maxKeys: 4, noNullPrototype: true }),
  shot: (parts, headers) => ({ parts: withHeaders(parts, headers) }),
});

const keys = fc.constantFrom('', 'a b', 'é', 'x'.repeat(256), 'tab\tbed');
export const badKey = strange({
  name: 'is sent a bad Idempotency-Key',
  weight: 1,
  values: ({ idempotent }) => (idempotent ? keys : undefined),
  shot: (parts, key) => ({ parts: withHeaders(parts, { 'idempotency-key': key }), expected: [400] }),
});

const methods = fc.constantFrom('HEAD', 'OPTIONS', 'PUT', 'PATCH', 'PROPFIND', 'TRACE', 'POST');
export const badMethod = strange({
  name: 'is asked with another method',
  weight: 1,
  values: ({ auth }) => methods.filter((method) => auth !== 'iam' || method !== 'POST'),
  shot: (parts, method) => ({ parts: { ...parts, caller: 'newcomer' }, bend: (call) => ({ ...call, method }) }),
});

const additions = fc.constantFrom(
  '/',
  '//',
  '/..',
  '/%2e%2e',
  '/%',
  '%',
  '%00',
  ';x=1',
  '/x',
  '%2f',
  '#',
  '/.',
  '\\',
  '%C0%AF',
);
export const badPath = strange({
  name: 'is asked at a bent path',
  weight: 2,
  values: () => fc.tuple(additions, fc.boolean(), fc.double({ min: 0, max: 1, noNaN: true })),
  shot: (parts, [addition, atEnd, share]) => ({
    parts: { ...parts, caller: 'newcomer' },
    bend: (call) => {
      const path = call.path.split('?')[0] ?? '/';
      const at = atEnd ? path.length : 1 + Math.floor(share * (path.length - 1));
      return { ...call, path: path.slice(0, at) + addition + path.slice(at) };
    },
  }),
});
