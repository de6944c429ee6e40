import { itemBytes } from './item-bytes.ts';
import { objectOf } from './json.ts';
import { expressionOf, type Target, textOf } from './targets.ts';
import type { KeySchema } from './types.ts';

/** What has to be known about an item in order to tell what a write of it consumes. */
export interface Footprint {
  readonly bytes: number;
  /** Partition key in each index that lists the item, by the index's name. */
  readonly indexes: Readonly<Record<string, string>>;
}

/** An item as a Put writes it or a read finds it. */
export function footprintOf(item: unknown, schema: KeySchema): Footprint {
  const attributes = objectOf(item);
  const indexes = Object.entries(schema.indexes).flatMap(([index, hash]) =>
    attributes[hash] === undefined ? [] : [[index, textOf(attributes[hash])]],
  );
  return { bytes: itemBytes(attributes), indexes: Object.fromEntries(indexes) };
}

/** An item after a write; undefined where there is none. An update is taken not to change its size. */
export function afterWrite(target: Target, before: Footprint | undefined, schema: KeySchema): Footprint | undefined {
  if (target.access === 'put') return footprintOf(target.action.Item, schema);
  if (target.access === 'delete') return undefined;
  if (target.access !== 'update') return before;
  const indexes = { ...before?.indexes };
  const expression = expressionOf(target.action.UpdateExpression, target.action);
  const values = objectOf(target.action.ExpressionAttributeValues);
  for (const [index, hash] of Object.entries(schema.indexes)) {
    const value = new RegExp(`\\b${hash}\\s*=\\s*(:\\w+)`).exec(expression)?.[1];
    if (value) indexes[index] = textOf(values[value]);
    else if (new RegExp(`\\bREMOVE\\b[^:=]*\\b${hash}\\b`, 'i').test(expression)) delete indexes[index];
  }
  return { bytes: before?.bytes ?? 1, indexes };
}
