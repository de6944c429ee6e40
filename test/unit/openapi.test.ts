import { readFileSync } from 'node:fs';
import { buildSync } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { openApiDocument, openApiText } from '../../bin/openapi/document.ts';
import { operations, Problem } from '../../functions/api/contract.ts';
import type { AnyOperationText } from '../../functions/api/docs/operation-text.ts';
import { operationTexts } from '../../functions/api/docs/operation-texts.ts';
import { problemExample } from '../../functions/api/docs/problem-examples.ts';
import { errorsOf } from '../../functions/api/operation.ts';
import { problems } from '../../functions/api/problems.ts';
import type { ErrorCode } from '../../functions/domain/errors.ts';

// biome-ignore lint/suspicious/noExplicitAny: the document is looked into as the JSON that it is.
const document: any = JSON.parse(openApiText());
const textOf = (operationId: keyof typeof operationTexts): AnyOperationText => operationTexts[operationId];
const listed = operations.map((operation) => ({
  ...operation,
  text: textOf(operation.operationId),
  written: document.paths[operation.path]?.[operation.method.toLowerCase()],
}));

describe('docs/openapi.json', () => {
  test('is what the contract makes: run `npm run openapi` if this fails', () => {
    expect(readFileSync('docs/openapi.json', 'utf8') === openApiText()).toBe(true);
  });

  test('is made of the same bytes every time, says that it is generated, and ends with a line break', () => {
    expect(openApiText()).toBe(openApiText());
    expect(Object.keys(document)[0]).toBe('x-generated-by');
    expect(openApiText().endsWith('}\n')).toBe(true);
  });

  test('describes every operation and no other', () => {
    const written = Object.values(openApiDocument().paths ?? {}).flatMap((path) =>
      Object.values(path as object).map(({ operationId }) => operationId),
    );
    expect(written.sort()).toEqual(operations.map(({ operationId }) => operationId).sort());
  });

  test('has no reference that leads nowhere, and no component that nobody refers to', () => {
    const text = openApiText();
    const references = new Set([...text.matchAll(/"\$ref": "#\/components\/([^"]+)"/g)].map(([, name]) => name));
    const { securitySchemes, ...components } = document.components;
    const names = Object.entries<object>(components).flatMap(([kind, entries]) =>
      Object.keys(entries).map((name) => `${kind}/${name}`),
    );
    expect([...references].sort()).toEqual(names.sort());
    expect(Object.keys(securitySchemes).sort()).toEqual(['iam', 'organizer', 'user']);
  });
});

describe.each(listed)('$operationId', ({ text, written, ...operation }) => {
  test('has a summary, a description, a section and the credentials that it needs', () => {
    expect(written.summary.length).toBeGreaterThan(3);
    expect(written.description.length).toBeGreaterThan(20);
    expect(document.tags.map(({ name }: { name: string }) => name)).toEqual(expect.arrayContaining(written.tags));
    expect(written.security).toEqual(operation.auth === 'public' ? [] : [{ [operation.auth]: [] }]);
  });

  test('has an example of its request that the contract accepts', () => {
    for (const [schema, example] of [
      [operation.params, text.params],
      [operation.query, text.query],
      [operation.body, text.body],
    ] as const) {
      if (schema) expect(schema.safeParse(example).error).toBeUndefined();
      else expect(example).toBeUndefined();
    }
    expect(written.requestBody?.content['application/json'].example).toEqual(text.body);
  });

  test('has an example of every success that the contract accepts and clients would see', () => {
    for (const [status, schema] of Object.entries(operation.success)) {
      const example = text.answers[Number(status)]?.example;
      const content = written.responses[status].content ?? {};
      if (!schema) {
        expect(content['application/json']).toBeUndefined();
        continue;
      }
      expect(schema.safeParse(example).error).toBeUndefined();
      // An unknown member would be dropped: an example must not promise it.
      expect(schema.parse(example)).toEqual(example);
      expect(content['application/json'].example).toEqual(example);
    }
  });

  test('has its error answers, each with an example of each code', () => {
    for (const code of errorsOf(operation)) {
      const content = written.responses[problems[code].status].content['application/problem+json'];
      expect(content.schema).toEqual({ $ref: '#/components/schemas/Problem' });
      expect(content.examples[code]).toEqual({ $ref: `#/components/examples/${code}` });
    }
    expect(Object.keys(written.responses).some((status) => status.startsWith('4'))).toBe(true);
  });

  test('names the headers that its requests and answers carry', () => {
    const sent = written.parameters.map(({ $ref, name }: Record<string, string>) => $ref?.split('/').at(-1) ?? name);
    expect(sent.includes('Idempotency-Key')).toBe(operation.idempotent === true);
    expect(sent.includes('If-Match')).toBe(operation.ifMatch === true);
    const [status = ''] = Object.keys(operation.success);
    const answered = Object.keys(written.responses[status].headers);
    expect(answered).toContain('X-Request-Id');
    if (operation.etag) expect(answered).toContain('ETag');
    const leadsOn = operation.alternative === 'text/csv' || operation.operationId === 'exportMe';
    expect(answered.includes('Link')).toBe(leadsOn);
    if (operation.idempotent) expect(answered).toEqual(expect.arrayContaining(['Location', 'Idempotency-Replayed']));
    if (operation.method === 'GET' && operation.etag) expect(written.responses).toHaveProperty('304');
  });
});

describe('examples of errors', () => {
  test.each(Object.keys(problems) as ErrorCode[])('%s has the form of a problem', (code) => {
    const example = problemExample(code);
    expect(Problem.safeParse(example).error).toBeUndefined();
    expect(example).toMatchObject({ code, type: `/problems/${code}`, status: problems[code].status });
  });
});

describe('schemas', () => {
  const { schemas } = document.components;

  test('requests are strict, answers may gain fields', () => {
    for (const { body } of operations) {
      const id = body?.meta()?.id;
      if (id) expect([id, schemas[id].additionalProperties]).toEqual([id, false]);
    }
    expect(schemas.Booking).not.toHaveProperty('additionalProperties');
  });

  test('times are date-times on both sides, and a page size is a bounded integer', () => {
    expect(schemas.EventInput.properties.startsAt).toMatchObject({ type: 'string', format: 'date-time' });
    expect(schemas.Timestamp).toMatchObject({ type: 'string', format: 'date-time' });
    const [limit] = document.paths['/events'].get.parameters;
    expect(limit).toMatchObject({ name: 'limit', schema: { type: 'integer', minimum: 1, maximum: 100, default: 20 } });
  });

  test('patterns mean the same to validators with and without Unicode classes', () => {
    const patterns = [...openApiText().matchAll(/"pattern": ("(?:[^"\\\\]|\\\\.)*")/g)].map(([, text = '']) =>
      JSON.parse(text),
    );
    expect(patterns.length).toBeGreaterThan(10);
    for (const pattern of patterns) expect(pattern).not.toContain('\\p{');
    const { pattern } = schemas.Venue.properties.name;
    for (const flags of ['', 'u']) {
      expect('Große Freiheit 36 🎷').toMatch(new RegExp(pattern, flags));
      expect('a\u0007b').not.toMatch(new RegExp(pattern, flags));
    }
  });

  test('what has a default may be left out of a request and is always in an answer', () => {
    expect(schemas.TierInput.required).not.toContain('maxPerBooking');
    expect(schemas.Tier.required).toContain('maxPerBooking');
  });
});

test('the texts are in no bundle of a function', () => {
  const groups = [...new Set(operations.map(({ group }) => group))];
  const { metafile } = buildSync({
    entryPoints: groups.map((group) => `functions/entry/${group}.ts`),
    bundle: true,
    packages: 'external',
    format: 'esm',
    outdir: 'out',
    write: false,
    metafile: true,
  });
  const inputs = Object.keys(metafile.inputs);
  expect(inputs).toContain('functions/api/problems.ts');
  expect(inputs.filter((path) => path.startsWith('functions/api/docs/'))).toEqual([]);
});
