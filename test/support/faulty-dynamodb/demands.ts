import { objectOf } from './json.ts';
import { afterWrite, type Footprint } from './known-items.ts';
import { expressionOf, type Target, textOf } from './targets.ts';
import type { DynamoRequest, KeySchema } from './types.ts';

/** Units that a request asks of one partition. */
export interface Demand {
  readonly kind: 'read' | 'write';
  /** The partition among all tables and indexes. */
  readonly partition: string;
  /** An index's name; undefined: the table itself. */
  readonly index: string | undefined;
  readonly units: number;
}

const units = (bytes: number, unit: number): number => Math.max(1, Math.ceil(bytes / unit));
const tablePartition = (table: string, partition: string): string => `${table}|${partition}`;
const indexPartition = (table: string, index: string, partition: string): string => `${table}/${index}|${partition}`;

/**
 * What a write consumes: one unit for each KB of the larger image, two in a transaction, and one for each KB that an
 * index takes; an entry that moves within or between index partitions is deleted and written.
 *
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-capacity-handling
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations.Writes
 *
 * @param before what is known about the item; one that is not known is taken to have one KB and no index
 */
export function writeDemands(
  target: Target,
  before: Footprint | undefined,
  schema: KeySchema,
  isTransaction: boolean,
): Demand[] {
  const { table, partition } = target;
  const after = afterWrite(target, before, schema);
  const size = units(Math.max(before?.bytes ?? 0, after?.bytes ?? 0), 1_024);
  const kind = 'write';
  const demands: Demand[] = [
    { kind, partition: tablePartition(table, partition), index: undefined, units: isTransaction ? 2 * size : size },
  ];
  if (target.access === 'check') return demands;
  for (const index of Object.keys(schema.indexes)) {
    const [from, to] = [before?.indexes[index], after?.indexes[index]];
    const touched = from === to ? [to] : [from, to];
    for (const place of touched) {
      if (place !== undefined) {
        demands.push({ kind, partition: indexPartition(table, index, place), index, units: size });
      }
    }
  }
  return demands;
}

/**
 * What a read of one item consumes: a half, one or two units (eventual, strong, transactional) for each 4 KB.
 *
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 */
export function readDemands(target: Target, known: Footprint | undefined, isTransaction: boolean): Demand[] {
  const factor = isTransaction ? 2 : target.action.ConsistentRead === true ? 1 : 0.5;
  const partition = tablePartition(target.table, target.partition);
  return [{ kind: 'read', partition, index: undefined, units: factor * units(known?.bytes ?? 0, 4_096) }];
}

/** What a query asks at least. A scan names no partition, so that nothing holds it back. */
export function queryDemands({ operation, body }: DynamoRequest, schema: KeySchema): Demand[] {
  if (operation !== 'Query') return [];
  const index = typeof body.IndexName === 'string' ? body.IndexName : undefined;
  const hash = index === undefined ? schema.hash : schema.indexes[index];
  const condition = expressionOf(body.KeyConditionExpression, body);
  const value = new RegExp(`\\b${hash}\\s*=\\s*(:\\w+)`).exec(condition)?.[1];
  if (value === undefined) return [];
  const key = textOf(objectOf(body.ExpressionAttributeValues)[value]);
  const table = String(body.TableName);
  const partition = index === undefined ? tablePartition(table, key) : indexPartition(table, index, key);
  return [{ kind: 'read', partition, index, units: body.ConsistentRead === true ? 1 : 0.5 }];
}
