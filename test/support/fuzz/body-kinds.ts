import fc from 'fast-check';
import type { Schema } from '../../../functions/api/operation.ts';
import { limits } from '../../../functions/domain/limits.ts';
import { accepted } from './from-schema.ts';
import type { Kind } from './kind.ts';
import { malformed, mutated } from './mutations.ts';
import { dictionaryOf, partsOf, withHeaders } from './parts.ts';
import type { Parts, Shot } from './shot.ts';
import { idsFor } from './world.ts';

/* Requests whose body is not what it should be. */

function invalidUnder(schema: Schema, bytes: string | Buffer): 'invalid' | 'valid' {
  try {
    return schema.safeParse(JSON.parse(bytes.toString())).success ? 'valid' : 'invalid';
  } catch {
    return 'invalid';
  }
}

/** Bodies as they are: the answer follows from the schema, or from their size. */
function ofBody(schema: Schema, parts: Parts, body: string | Buffer): Shot {
  const tooLarge = Buffer.byteLength(body) > limits.bodyBytes;
  const expected = tooLarge ? [413] : invalidUnder(schema, body) === 'invalid' ? [400] : undefined;
  return { parts, bend: (call) => ({ ...call, body }), expected };
}

export const badBody: Kind = {
  name: 'is sent a body with something changed',
  weight: 6,
  of: (operation, world) => {
    const { body: schema } = operation;
    if (!schema) return undefined;
    const bodies = mutated(accepted(schema, dictionaryOf(idsFor(world, operation))));
    return fc.tuple(partsOf(operation, world), bodies).map(([parts, body]) => ofBody(schema, parts, body));
  },
};

export const noJson: Kind = {
  name: 'is sent bytes that are no JSON',
  weight: 2,
  of: (operation, world) => {
    const { body: schema } = operation;
    if (!schema) return undefined;
    return partsOf(operation, world).chain((parts) =>
      malformed(JSON.stringify(parts.body)).map((body) => ofBody(schema, parts, body)),
    );
  },
};

export const tooLarge: Kind = {
  name: 'is sent too much',
  weight: 1,
  of: (operation, world) => {
    const { body: schema } = operation;
    if (!schema) return undefined;
    const sizes = fc.constantFrom(limits.bodyBytes + 1, 200_000);
    return fc
      .tuple(partsOf(operation, world), sizes)
      .map(([parts, bytes]) => ofBody(schema, parts, JSON.stringify(parts.body).padEnd(bytes)));
  },
};

const mediaTypes = fc.constantFrom(
  'text/plain',
  'application/xml',
  'text/json',
  'multipart/form-data',
  'json',
  '',
  '/',
  'a/b',
);
export const notJson: Kind = {
  name: 'is sent another media type',
  weight: 1,
  of: (operation, world) =>
    operation.body &&
    fc
      .tuple(partsOf(operation, world), mediaTypes)
      .map(([parts, type]) => ({ parts: withHeaders(parts, { 'content-type': type }), expected: [415] })),
};
