import { BatchGetCommand, GetCommand, QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { limits } from '../domain/limits.ts';
import { documents, tableName } from './client.ts';
import type { Key } from './keys.ts';
import { busy, type Item, isPassing } from './transact.ts';

/** Runs a read; what the SDK's own retries could not get over becomes `busy`. */
async function reading<Output>(read: () => Promise<Output>): Promise<Output> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof Error && isPassing(error))) throw error;
    throw busy(error);
  }
}

/** One item, strongly consistent; undefined where there is none. @throws {DomainError} busy */
export async function getItem(key: Key): Promise<Item | undefined> {
  const command = new GetCommand({ TableName: tableName(), Key: key, ConsistentRead: true });
  const { Item: item } = await reading(() => documents.send(command));
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
  for (let rounds = 0; keys.length > 0; rounds += 1) {
    if (rounds === 10) throw busy(new Error('keys stay unprocessed'));
    const command = new BatchGetCommand({ RequestItems: { [table]: { Keys: keys, ConsistentRead: true } } });
    const { Responses, UnprocessedKeys } = await reading(() => documents.send(command));
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
  const { Items, LastEvaluatedKey } = await reading(() => documents.send(command));
  return { items: Items ?? [], lastKey: LastEvaluatedKey };
}
