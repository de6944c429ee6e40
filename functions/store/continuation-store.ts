import { limits } from '../domain/limits.ts';
import { tableName } from './client.ts';
import type { Key } from './keys.ts';
import { type Item, type Patience, transact } from './transact.ts';

/**
 * Hands the rest of a work that is too long for one run to the next run: the change of this item comes to the worker's
 * queue as any other change of the table does. A run that was repeated hands nothing over a second time, so that there
 * is one chain of runs.
 *
 * @param run number of the run that ends here, 0 for the first
 * @param state what the next run has to know
 * @throws {DomainError} busy
 */
export async function handOver(key: Key, run: number, state: Item, patience: Patience): Promise<void> {
  const expiresAt = Math.floor(Date.now() / 1_000) + limits.continuationTtlSeconds;
  const put = {
    name: 'continuation',
    item: {
      Put: {
        TableName: tableName(),
        Item: { ...key, ...state, run: run + 1, expiresAt },
        ConditionExpression: run === 0 ? 'attribute_not_exists(pk)' : '#run = :run',
        ...(run > 0 && { ExpressionAttributeNames: { '#run': 'run' }, ExpressionAttributeValues: { ':run': run } }),
      },
    },
  };
  await transact([put], patience);
}
