import { type Json, objectOf, objectsOf } from './json.ts';
import type { JudgedStep } from './plan.ts';
import type { DynamoRequest } from './types.ts';

/** A batch without its refused entries. */
export function withoutRefused(request: DynamoRequest, steps: readonly JudgedStep[]): DynamoRequest {
  const served = steps.filter(({ code }) => code === 'None');
  return { ...request, body: { ...request.body, RequestItems: entriesOf(request, served) } };
}

/** The answer to a batch, with the refused entries among those that the client has to send again. */
export function withRefused(request: DynamoRequest, answer: Json, steps: readonly JudgedStep[]): Json {
  const name = request.operation === 'BatchGetItem' ? 'UnprocessedKeys' : 'UnprocessedItems';
  const refused = entriesOf(
    request,
    steps.filter(({ code }) => code !== 'None'),
  );
  return { ...answer, [name]: merged(objectOf(answer[name]), refused) };
}

function entriesOf({ operation, body }: DynamoRequest, steps: readonly JudgedStep[]): Record<string, unknown> {
  const entries: Record<string, Json[]> = {};
  for (const { target } of steps) {
    if (!target) continue;
    const list = entries[target.table] ?? [];
    list.push(target.entry);
    entries[target.table] = list;
  }
  if (operation === 'BatchWriteItem') return entries;
  const asked = objectOf(body.RequestItems);
  return Object.fromEntries(
    Object.entries(entries).map(([table, Keys]) => [table, { ...objectOf(asked[table]), Keys }]),
  );
}

/** Both lists of a table that the database left over itself too. */
function merged(left: Json, refused: Json): Json {
  const result: Record<string, unknown> = { ...left };
  for (const [table, entries] of Object.entries(refused)) {
    const other = left[table];
    if (Array.isArray(entries)) result[table] = [...objectsOf(other), ...entries];
    else {
      const Keys = [...objectsOf(objectOf(other).Keys), ...objectsOf(objectOf(entries).Keys)];
      result[table] = { ...objectOf(entries), Keys };
    }
  }
  return result;
}
