import fc from 'fast-check';
import { errorsOf } from '../../../functions/api/operation.ts';
import { problems } from '../../../functions/api/problems.ts';
import { type Caller, permitted, refused } from './callers.ts';
import type { Kind } from './kind.ts';
import type { ContractOperation } from './operation-list.ts';
import { madeUp, paramsOf, partsOf, wishes, withHeaders } from './parts.ts';
import { conflicts, successes } from './recipes.ts';
import type { Shot } from './shot.ts';
import { type FuzzWorld, idsFor } from './world.ts';

/* Well-formed requests: who asks, and for what in which state, makes the difference. */

const successesOf = (operation: ContractOperation): number[] => [...Object.keys(operation.success).map(Number), 304];
const hasError = (operation: ContractOperation, status: number): boolean =>
  errorsOf(operation).some((code) => problems[code].status === status);

export function successfulShots(operation: ContractOperation, world: FuzzWorld): fc.Arbitrary<Shot> {
  return fc.tuple(partsOf(operation, world), wishes).map(([parts, headers]) => ({
    parts: withHeaders(parts, headers),
    recipe: successes[operation.operationId],
    expected: successesOf(operation),
  }));
}

export const good: Kind = { name: 'succeeds', weight: 1, of: successfulShots };

export const sensible: Kind = {
  name: 'is asked with every kind of valid input',
  weight: 3,
  of: (operation, world) => {
    const ids = idsFor(world, operation);
    const params = paramsOf(operation, (name) =>
      fc.oneof(fc.constantFrom(...(ids[name] ?? ['x'])), madeUp(operation, name)),
    );
    const parts = partsOf(operation, world, { callers: permitted(operation), params });
    return fc.tuple(parts, wishes).map(([known, headers]) => ({ parts: withHeaders(known, headers) }));
  },
};

export const wrongCaller: Kind = {
  name: 'is asked by somebody who may not',
  weight: 1,
  of: (operation, world) =>
    refused(operation).map(([caller, status]) =>
      partsOf(operation, world).map((parts) => ({ parts: { ...parts, caller }, expected: [status] })),
    ),
};

export const missing: Kind = {
  name: 'is asked for what is not there',
  weight: 1,
  of: (operation, world) => {
    if (!hasError(operation, 404)) return undefined;
    const nowhere = { eventId: ['evt_01JY3W8H6V7Q2X4Z9K5M1N0PRS'], queue: ['no-queue'] };
    const anything = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
      fc.constantFrom('..', '%2e', '\u0000', 'x'.repeat(2_000), '*', '{eventId}', ' ', "'--"),
    );
    const params = paramsOf(operation, (name) => fc.oneof(madeUp(operation, name), anything));
    const parts = partsOf(operation, world, { params, ids: { ...idsFor(world, operation), ...nowhere } });
    // Without a parameter in the path, it is a body or a query that has to name what is not there.
    const named = operation.params
      ? parts
      : parts.filter(({ body, query }) =>
          Object.keys(nowhere).some((name) => name in { ...query, ...(body as object) }),
        );
    return named.map((known) => ({ parts: known, expected: [404] }));
  },
};

export const foreign: Kind = {
  name: "is asked for another person's object",
  weight: 1,
  of: (operation, world) => {
    const isOwned = /\{(?:bookingId|notificationId)\}/.test(operation.path);
    const callers: Partial<Record<typeof operation.auth, Caller>> = {
      organizer: 'otherOrganizer',
      ...(isOwned && { user: 'other' }),
    };
    const caller = callers[operation.auth];
    if (!caller || !operation.params) return undefined;
    return partsOf(operation, world, { callers: [caller] }).map((parts) => ({ parts, expected: [404] }));
  },
};

export const staleMatch: Kind = {
  name: 'is based on another version, or on none',
  weight: 1,
  of: (operation, world) => {
    if (!operation.ifMatch) return undefined;
    const recipe = successes[operation.operationId];
    const based = (headers: Record<string, string>, status: number) =>
      partsOf(operation, world).map((parts) => ({ parts: { ...parts, headers }, recipe, expected: [status] }));
    const stale = ['"0"', '"999.abc"', 'W/"1"'].map((tag) => based({ 'if-match': tag }, 412));
    return [...stale, based({}, 428)];
  },
};

export const conflicting: Kind = {
  name: 'is in conflict with the state of things',
  weight: 1,
  of: (operation, world) => {
    const recipe = conflicts[operation.operationId];
    return recipe && partsOf(operation, world).map((parts) => ({ parts, recipe, expected: [409] }));
  },
};
