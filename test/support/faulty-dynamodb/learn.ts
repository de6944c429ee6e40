import type { Consumed } from './consumed.ts';
import { type Json, objectOf, objectsOf } from './json.ts';
import { afterWrite, type Footprint, footprintOf } from './known-items.ts';
import type { Step } from './plan.ts';
import { textOf } from './targets.ts';
import type { DynamoRequest, KeySchema } from './types.ts';

/** Remembers what a committed request tells about items, so that the next write of them is charged rightly. */
export function learn(
  known: Map<string, Footprint>,
  schema: KeySchema,
  done: { request: DynamoRequest; steps: readonly Step[]; answer: Json; consumed: Consumed | undefined },
): void {
  const { request, steps, answer, consumed } = done;
  for (const { target } of steps) {
    if (!target || target.access === 'read' || target.access === 'check') continue;
    const after = afterWrite(target, known.get(target.key), schema);
    if (!after) known.delete(target.key);
    else if (request.operation === 'UpdateItem' && consumed) {
      known.set(target.key, { ...after, bytes: Math.max(1, consumed.table * 1_024) });
    } else known.set(target.key, after);
  }
  for (const { table, item } of wholeItems(request, answer)) {
    const key = `${table}/${textOf(item[schema.hash])}/${textOf(item[schema.range])}`;
    if (!known.has(key)) known.set(key, footprintOf(item, schema));
  }
}

/** Items of an answer, where it holds all of their attributes. */
function* wholeItems({ operation, body }: DynamoRequest, answer: Json): Generator<{ table: string; item: Json }> {
  if (operation === 'BatchGetItem') {
    for (const [table, items] of Object.entries(objectOf(answer.Responses))) {
      if (objectOf(objectOf(body.RequestItems)[table]).ProjectionExpression !== undefined) continue;
      for (const item of objectsOf(items)) yield { table, item };
    }
    return;
  }
  if (body.ProjectionExpression !== undefined || body.Select !== undefined) return;
  const table = String(body.TableName);
  if (operation === 'GetItem' && answer.Item) yield { table, item: objectOf(answer.Item) };
  if (operation === 'Query' || operation === 'Scan') {
    for (const item of objectsOf(answer.Items)) yield { table, item };
  }
}
