import fc from 'fast-check';
import * as z from 'zod';
import type { Schema } from '../../../functions/api/operation.ts';

/** Values for properties of a name, where the schema alone would hardly ever give one that is accepted. */
export type Dictionary = Readonly<Record<string, fc.Arbitrary<unknown>>>;

type Json = z.core.JSONSchema.BaseSchema;

/** Inputs that the schema accepts. Rules that JSON Schema cannot say are met by trying. */
export function accepted(schema: Schema, dictionary: Dictionary): fc.Arbitrary<unknown> {
  return shaped(schema, dictionary).filter((value) => schema.safeParse(value).success);
}

/** Inputs of the right shape, which rules beyond it may refuse. */
export function shaped(schema: Schema, dictionary: Dictionary): fc.Arbitrary<unknown> {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Json;
  const definitions = root.$defs ?? {};

  const of = (json: Json | boolean, name?: string): fc.Arbitrary<unknown> => {
    const known = name === undefined ? undefined : dictionary[name];
    if (known) return known;
    if (typeof json === 'boolean') return anything;
    if (json.$ref !== undefined) return of(definitions[json.$ref.replace('#/$defs/', '')] ?? {}, name);
    if (json.const !== undefined) return fc.constant(json.const);
    if (json.enum) return fc.constantFrom(...json.enum);
    const choices = json.anyOf ?? json.oneOf;
    if (choices) return fc.oneof(...choices.map((choice) => of(choice)));
    if (json.allOf?.[0]) return of(json.allOf[0]);
    return json.format === 'date' ? dayOf(name) : ofType(json);
  };

  const ofType = (json: Json): fc.Arbitrary<unknown> => {
    if (json.type === 'object') return objectOf(json);
    if (json.type === 'array') {
      const { minItems: minLength = 0, maxItems = 3, items = {} } = json;
      return fc.array(of(items as Json), { minLength, maxLength: Math.max(minLength, Math.min(maxItems, 3)) });
    }
    if (json.type === 'string') return stringOf(json);
    if (json.type === 'integer' || json.type === 'number') return integerOf(json);
    if (json.type === 'boolean') return fc.boolean();
    if (json.type === 'null') return fc.constant(null);
    return anything;
  };

  const objectOf = ({ properties = {}, required = [] }: Json): fc.Arbitrary<unknown> => {
    const values = Object.entries(properties).map(([key, property]) => [key, of(property as Json, key)] as const);
    return fc.record(Object.fromEntries(values), { requiredKeys: [...required], noNullPrototype: true });
  };

  return of(root);
}

const anything = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.string({ maxLength: 10 }));

/** Mostly small, for the cost of an event grows with its seats; both bounds come up. */
function integerOf({ minimum = 0, maximum = 1_000_000 }: Json): fc.Arbitrary<number> {
  const small = fc.integer({ min: minimum, max: Math.min(maximum, minimum + 50) });
  return fc.oneof({ weight: 8, arbitrary: small }, { weight: 1, arbitrary: fc.constantFrom(minimum, maximum) });
}

function stringOf({ format, pattern, minLength = 0, maxLength = 40 }: Json): fc.Arbitrary<string> {
  if (format === 'date-time') return moments;
  if (format === 'email') return fc.emailAddress({ size: 'small' });
  const length = { minLength, maxLength: Math.max(minLength, Math.min(maxLength, 40)) };
  // The generator knows no Unicode classes; whatever they exclude is rare.
  if (pattern === undefined || pattern.includes('\\p{')) {
    return fc.oneof(fc.string({ ...length, unit: 'grapheme' }), fc.string(length));
  }
  return fc.stringMatching(new RegExp(pattern), { size: 'small' }).filter((text) => text.length <= maxLength);
}

const instants = fc.date({ min: new Date('2027-01-01'), max: new Date('2033-01-01'), noInvalidDate: true });
const moments = fc
  .tuple(instants, fc.constantFrom('Z', '+02:00', '-11:30'))
  .map(([time, zone]) => time.toISOString().replace('Z', zone));

/** Days that are over, and a range of them that is neither empty nor too long. */
function dayOf(name: string | undefined): fc.Arbitrary<string> {
  const range = name === 'from' ? { min: 100, max: 200 } : { min: 0, max: 99 };
  return fc.integer(range).map((ago) => new Date(Date.now() - ago * 24 * 60 * 60 * 1_000).toISOString().slice(0, 10));
}
