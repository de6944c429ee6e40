import { BatchGetCommand, GetCommand, QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { limits } from '../domain/limits.ts';
import { documents, tableName } from './client.ts';
import type { Key } from './keys.ts';
import { type Item, isPassing, Patience } from './transact.ts';

function patienceOfReads(): Patience {
  const deadline = performance.now() + limits.readPatienceMs;
  return new Patience(() => deadline - performance.now());
}

/**
 * Runs a read, or a write that may be repeated, until it gets through.
 *
 * @throws {DomainError} busy where the database does not serve it for a while
 */
export async function persistently<Output>(call: () => Promise<Output>, patience = patienceOfReads()): Promise<Output> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof Error && isPassing(error))) throw error;
      await patience.beforeRetry(error);
    }
  }
}

/** One item, strongly consistent; undefined where there is none. @throws {DomainError} busy */
export async function getItem(key: Key): Promise<Item | undefined> {
  const command = new GetCommand({ TableName: tableName(), Key: key, ConsistentRead: true });
  const { Item: item } = await persistently(() => documents.send(command));
  return item;
}

/** Many items, strongly consistent, in no order; missing ones are left out. @throws {DomainError} busy */
export async function getItems(keys: readonly Key[]): Promise<Item[]> {
  const batches = Array.from({ length: Math.ceil(keys.length / limits.keysPerBatchGet) }, (_, index) =>
    keys.slice(index * limits.keysPerBatchGet, (index + 1) * limits.keysPerBatchGet),
  );
  return (await Promise.all(batches.map(getBatch))).flat();
}

async function getBatch(batch: readonly Key[]): Promise<Item[]> {
  const table = tableName();
  const items: Item[] = [];
  let keys: Record<string, unknown>[] = [...batch] as unknown as Record<string, unknown>[];
  const patience = patienceOfReads();
  for (let rounds = 0; keys.length > 0; rounds += 1) {
    if (rounds > 0) await patience.beforeRetry(new Error('keys stay unprocessed'));
    const command = new BatchGetCommand({ RequestItems: { [table]: { Keys: keys, ConsistentRead: true } } });
    const { Responses, UnprocessedKeys } = await persistently(() => documents.send(command), patience);
    items.push(...(Responses?.[table] ?? []));
    keys = UnprocessedKeys?.[table]?.Keys ?? [];
  }
  return items;
}

/** One page of a query. @throws {DomainError} busy */
export async function queryItems(
  input: Omit<QueryCommandInput, 'TableName'>,
): Promise<{ items: Item[]; lastKey: Record<string, unknown> | undefined }> {
  const command = new QueryCommand({ TableName: tableName(), ...input });
  const { Items, LastEvaluatedKey } = await persistently(() => documents.send(command));
  return { items: Items ?? [], lastKey: LastEvaluatedKey };
}
