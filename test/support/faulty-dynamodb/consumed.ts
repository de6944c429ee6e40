import type { Demand } from './demands.ts';
import { type Json, numberOf, objectOf, objectsOf } from './json.ts';

/** Units that the database says it consumed, of the tables and of each index. */
export interface Consumed {
  readonly table: number;
  readonly indexes: Readonly<Record<string, number>>;
}

/** @returns undefined where the answer says nothing */
export function consumedIn(answer: Json, kind: Demand['kind']): Consumed | undefined {
  const reports = Array.isArray(answer.ConsumedCapacity)
    ? objectsOf(answer.ConsumedCapacity)
    : answer.ConsumedCapacity === undefined
      ? []
      : [objectOf(answer.ConsumedCapacity)];
  if (reports.length === 0) return undefined;
  let table = 0;
  const indexes: Record<string, number> = {};
  for (const report of reports) {
    table += unitsOf(objectOf(report.Table), kind);
    for (const [index, units] of Object.entries(objectOf(report.GlobalSecondaryIndexes))) {
      indexes[index] = (indexes[index] ?? 0) + unitsOf(objectOf(units), kind);
    }
  }
  return { table, indexes };
}

/**
 * A report that tells reads from writes is a transaction's; a committed one that is sent again only reads, and
 * consumes no write units at all.
 */
function unitsOf(report: Json, kind: Demand['kind']): number {
  if (report.ReadCapacityUnits === undefined && report.WriteCapacityUnits === undefined) {
    return numberOf(report.CapacityUnits);
  }
  return numberOf(kind === 'write' ? report.WriteCapacityUnits : report.ReadCapacityUnits);
}

/** Demands as they turned out: what was consumed beyond or below the estimate is shared out evenly. */
export function corrected(demands: readonly Demand[], consumed: Consumed): Demand[] {
  const estimates = new Map<string | undefined, { units: number; count: number }>();
  for (const { index, units } of demands) {
    const sum = estimates.get(index) ?? { units: 0, count: 0 };
    estimates.set(index, { units: sum.units + units, count: sum.count + 1 });
  }
  return demands.map((demand) => {
    const estimate = estimates.get(demand.index) ?? { units: 0, count: 1 };
    const actual = demand.index === undefined ? consumed.table : (consumed.indexes[demand.index] ?? 0);
    return { ...demand, units: demand.units + (actual - estimate.units) / estimate.count };
  });
}

/** All units together, those of index entries whose partition is not known too. */
export function totalOf({ table, indexes }: Consumed): number {
  return Object.values(indexes).reduce((sum, units) => sum + units, table);
}

/** The answer as the caller asked for it. @param asked its ReturnConsumedCapacity */
export function withoutExtraReport(answer: Json, asked: unknown): Json {
  if (asked === 'INDEXES' || answer.ConsumedCapacity === undefined) return answer;
  const { ConsumedCapacity: report, ...rest } = answer;
  if (asked !== 'TOTAL') return rest;
  const total = ({ Table: _table, GlobalSecondaryIndexes: _indexes, ...kept }: Json): Json => kept;
  return { ...rest, ConsumedCapacity: Array.isArray(report) ? objectsOf(report).map(total) : total(objectOf(report)) };
}
