import type { ReasonCode } from './answers.ts';
import { type Demand, queryDemands, readDemands, writeDemands } from './demands.ts';
import type { Footprint } from './known-items.ts';
import { type Target, targetsOf } from './targets.ts';
import type { DynamoRequest, KeySchema } from './types.ts';

export type Family = 'write' | 'read' | 'transactWrite' | 'transactGet' | 'batchGet' | 'batchWrite';

const families: ReadonlyMap<string, Family> = new Map([
  ['PutItem', 'write'],
  ['UpdateItem', 'write'],
  ['DeleteItem', 'write'],
  ['GetItem', 'read'],
  ['Query', 'read'],
  ['Scan', 'read'],
  ['TransactWriteItems', 'transactWrite'],
  ['TransactGetItems', 'transactGet'],
  ['BatchGetItem', 'batchGet'],
  ['BatchWriteItem', 'batchWrite'],
]);

/** One action of a request and what it asks of the partitions. */
export interface Step {
  /** Undefined for a query or a scan. */
  readonly target: Target | undefined;
  readonly demands: readonly Demand[];
}

export interface JudgedStep extends Step {
  readonly code: ReasonCode;
}

export interface Plan {
  readonly family: Family;
  readonly steps: readonly Step[];
}

/** Whether requests of this operation meet faults; all others (tables, streams) pass. */
export const isData = (operation: string): boolean => families.has(operation);

/** @returns undefined for an operation that is not about items */
export function planOf(
  request: DynamoRequest,
  known: ReadonlyMap<string, Footprint>,
  schema: KeySchema,
): Plan | undefined {
  const family = families.get(request.operation);
  if (!family) return undefined;
  const targets = targetsOf(request, schema);
  if (targets.length === 0) return { family, steps: [{ target: undefined, demands: queryDemands(request, schema) }] };
  const isTransaction = family === 'transactWrite' || family === 'transactGet';
  return {
    family,
    steps: targets.map((target) => {
      const footprint = known.get(target.key);
      const demands =
        target.access === 'read'
          ? readDemands(target, footprint, isTransaction)
          : writeDemands(target, footprint, schema, isTransaction);
      return { target, demands };
    }),
  };
}

export const demandsOf = (steps: readonly Step[]): Demand[] => steps.flatMap(({ demands }) => demands);
export const keysOf = (steps: readonly Step[]): string[] => steps.flatMap(({ target }) => (target ? [target.key] : []));
export const kindOf = ({ family }: Plan): Demand['kind'] =>
  family === 'read' || family === 'batchGet' || family === 'transactGet' ? 'read' : 'write';
