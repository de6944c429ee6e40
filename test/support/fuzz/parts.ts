import fc from 'fast-check';
import { limits } from '../../../functions/domain/limits.ts';
import { type Caller, permitted } from './callers.ts';
import { accepted, type Dictionary, shaped } from './from-schema.ts';
import type { ContractOperation } from './operation-list.ts';
import type { Parts } from './shot.ts';
import { type FuzzWorld, idsFor } from './world.ts';

const record = (values: Record<string, fc.Arbitrary<string>>) => fc.record(values, { noNullPrototype: true });
const nothing = fc.constant({});

export function dictionaryOf(ids: Readonly<Record<string, readonly string[]>>): Dictionary {
  // In a body this name means something else.
  const named = Object.entries(ids).filter(([name]) => name !== 'code');
  const known = named.map(([name, values]) => [name, fc.constantFrom(...values)] as const);
  return {
    ...Object.fromEntries(known),
    currency: fc.constantFrom('EUR', 'USD', 'JPY', 'KWD'),
    timezone: fc.constantFrom('Europe/Berlin', 'UTC', 'Asia/Kathmandu'),
    capacity: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 300 }) }, fc.constant(limits.capacityPerTier)),
    limit: fc.integer({ min: 1, max: limits.pageItems }),
    cursor: fc.constant(undefined),
    saleOpensAt: fc.constantFrom('2026-01-01T00:00:00Z', '2026-12-31T23:59:59.999+14:00'),
    saleClosesAt: fc.constantFrom('2027-06-01T00:00:00Z', '2027-06-01T12:00:00.5-11:00'),
  };
}

export function paramsOf({ path }: ContractOperation, from: (name: string) => fc.Arbitrary<string>) {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  return record(Object.fromEntries(names.map((name) => [name, from(name)])));
}

/** The values of one parameter that its schema accepts, whether or not they name anything. */
export function madeUp({ params }: ContractOperation, name: string): fc.Arbitrary<string> {
  if (!params) return fc.constant('');
  return shaped(params, {}).map((values) => String((values as Record<string, unknown>)[name]));
}

interface Choices {
  readonly callers?: readonly Caller[];
  readonly params?: fc.Arbitrary<Record<string, string>>;
  readonly ids?: Readonly<Record<string, readonly string[]>>;
}

/** Requests that the contract accepts. */
export function partsOf(operation: ContractOperation, world: FuzzWorld, choices: Choices = {}): fc.Arbitrary<Parts> {
  const ids = choices.ids ?? idsFor(world, operation);
  const dictionary = dictionaryOf(ids);
  const own = (name: string) => {
    const known = ids[name];
    return known ? fc.constantFrom(...known) : madeUp(operation, name);
  };
  return fc.record({
    caller: fc.constantFrom(...(choices.callers ?? permitted(operation).slice(0, 1))),
    params: choices.params ?? paramsOf(operation, own),
    query: (operation.query ? accepted(operation.query, dictionary) : nothing) as fc.Arbitrary<Record<string, unknown>>,
    body: operation.body ? accepted(operation.body, dictionary) : fc.constant(undefined),
    headers: fc.constant<Record<string, string>>(operation.ifMatch ? { 'if-match': '*' } : {}),
  });
}

/** How a client may say what it would like to get; none of it makes a request wrong. */
export const wishes = fc.record(
  {
    accept: fc.constantFrom(
      '*/*',
      'application/json',
      'text/csv',
      'text/csv;q=0.1, application/json;q=0.2',
      'image/png',
      ';',
    ),
    'accept-encoding': fc.constantFrom('gzip', 'br, gzip;q=0', '*', 'identity;q=0'),
    'if-none-match': fc.constantFrom('*', '"x"', 'W/"x", "y"', ',', '"'),
    'idempotency-key': fc.uuid(),
    'x-request-id': fc.constant('mine'),
    'x-http-method-override': fc.constant('DELETE'),
    cookie: fc.constant('a=b; a=c; =; x'),
  },
  { requiredKeys: [] },
);
export const withHeaders = (parts: Parts, headers: object): Parts => ({
  ...parts,
  headers: { ...parts.headers, ...(headers as Record<string, string>) },
});
