import fc from 'fast-check';

/** JSON text, so that what no JavaScript value can say (1e999, a key twice) can be sent too. */
class RawJson {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Path = readonly (string | number)[];

const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(
    null,
    true,
    false,
    '',
    ' ',
    [],
    {},
    [[]],
    [null],
    0,
    -0,
    -1,
    1.5,
    2 ** 31,
    2 ** 53,
    -(2 ** 63),
    '1',
    'null',
    '\u0000',
    '\ud800',
    'a\u202eb',
    '__proto__',
    'constructor',
    '../../etc/passwd',
    "' OR 1=1 --",
    '{{7*7}}',
    '<script>alert(1)</script>',
    'e\u0301'.repeat(150),
    'x'.repeat(5_000),
    '9999-12-31T23:59:59.999Z',
    '0000-01-01T00:00:00Z',
    '+010000-01-01T00:00:00Z',
    '2030-02-30T00:00:00Z',
    'evt_7ZZZZZZZZZZZZZZZZZZZZZZZZZ',
  ),
  fc
    .constantFrom('1e999', '-1e999', '1E400', '0.1e1', '1.0', '100000000000000000000000', '"\\ud83d"')
    .map((text) => new RawJson(text)),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.jsonValue({ maxDepth: 2 }),
);

const extraKeys = fc.oneof(
  fc.constantFrom('userId', 'status', 'price', 'version', 'available', 'eventId', 'pk', '__proto__', 'constructor', ''),
  fc.string({ maxLength: 8 }),
);

type Mutation =
  | { readonly kind: 'replace'; readonly at: number; readonly by: unknown }
  | { readonly kind: 'drop'; readonly at: number }
  | { readonly kind: 'add'; readonly key: string; readonly value: unknown; readonly at: number }
  | { readonly kind: 'repeat'; readonly at: number; readonly times: number }
  | { readonly kind: 'wrap'; readonly at: number; readonly depth: number };

const at = fc.nat({ max: 40 });
const mutations: fc.Arbitrary<Mutation> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('replace' as const), at, by: junk }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('drop' as const), at }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('add' as const), key: extraKeys, value: junk, at }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('repeat' as const), at, times: fc.constantFrom(2, 21, 300) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wrap' as const), at, depth: fc.constantFrom(1, 50, 2_000) }) },
);

/** JSON text of a value that was changed in one to three places. */
export function mutated(value: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  return fc
    .tuple(value, fc.array(mutations, { minLength: 1, maxLength: 3 }))
    .map(([before, changes]) => write(changes.reduce(mutate, before)));
}

function mutate(value: unknown, mutation: Mutation): unknown {
  const paths = pathsOf(value);
  const path = paths[mutation.at % paths.length] ?? [];
  switch (mutation.kind) {
    case 'replace':
      return changeAt(value, path, () => mutation.by);
    case 'drop':
      return changeAt(value, path, () => undefined);
    case 'add':
      return changeAt(value, path, (old) => (isObject(old) ? withKey(old, mutation.key, mutation.value) : old));
    case 'repeat':
      return changeAt(value, path, (old) =>
        typeof old === 'string' ? old.repeat(mutation.times) : many(old, mutation),
      );
    case 'wrap':
      return changeAt(
        value,
        path,
        (old) => new RawJson('['.repeat(mutation.depth) + write(old) + ']'.repeat(mutation.depth)),
      );
  }
}

const many = (old: unknown, { times }: { times: number }): unknown =>
  Array.isArray(old) ? Array.from({ length: times }, () => old).flat() : Array(times).fill(old);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof RawJson);

/** Also a key such as `__proto__`, which assigning would not add. */
const withKey = (object: object, key: string, value: unknown): unknown =>
  Object.fromEntries([...Object.entries(object), [key, value]]);

function pathsOf(value: unknown): Path[] {
  const below = Array.isArray(value) ? [...value.entries()] : isObject(value) ? Object.entries(value) : [];
  return [[], ...below.flatMap(([key, child]) => pathsOf(child).map((path) => [key, ...path]))];
}

function changeAt(value: unknown, [key, ...rest]: Path, change: (old: unknown) => unknown): unknown {
  if (key === undefined) return change(value);
  if (Array.isArray(value)) return value.map((child, index) => (index === key ? changeAt(child, rest, change) : child));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, child]) => [name, name === key ? changeAt(child, rest, change) : child]),
  );
}

function write(value: unknown): string {
  if (value instanceof RawJson) return value.text;
  if (Array.isArray(value)) return `[${value.map((child) => write(child ?? null)).join()}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value).filter(([, child]) => child !== undefined);
  return `{${members.map(([key, child]) => `${JSON.stringify(key)}:${write(child)}`).join()}}`;
}

/** Bytes that are no JSON text, or that a gateway or parser may read differently from what was meant. */
export function malformed(text: string): fc.Arbitrary<string | Buffer> {
  return fc.oneof(
    fc.constant(''),
    fc.nat({ max: Math.max(text.length - 1, 0) }).map((length) => text.slice(0, length)),
    fc.constantFrom(
      `\ufeff${text}`,
      `${text}${text}`,
      `${text},`,
      text.replaceAll('"', "'"),
      `/**/${text}`,
      'NaN',
      '-',
    ),
    fc.constant(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')])),
    fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    fc.constant('['.repeat(30_000)),
  );
}
