import { limits } from '../domain/limits.ts';
import { tableName } from './client.ts';
import * as keys from './keys.ts';
import { queryItems } from './read.ts';
import { type Action, type Item, type Patience, transact } from './transact.ts';

export interface PersonItems {
  items: Item[];
  /** Sort key behind which the rest begins; undefined after the last item. */
  next: string | undefined;
}

/**
 * Items of a person in the order of their sort keys, consistent.
 *
 * @param prefix begins their sort keys
 * @param after a sort key; what comes behind it
 * @throws {DomainError} busy
 */
export async function readPersonItems(
  userId: string,
  { prefix, after, limit = limits.personItemsPerRead }: { prefix?: string; after?: string | undefined; limit?: number },
): Promise<PersonItems> {
  const { pk } = keys.profileKey(userId);
  const { items, lastKey } = await queryItems({
    KeyConditionExpression: prefix === undefined ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: { ':pk': pk, ...(prefix !== undefined && { ':prefix': prefix }) },
    Limit: limit,
    ConsistentRead: true,
    ...(after !== undefined && { ExclusiveStartKey: { pk, sk: after } }),
  });
  return { items, next: lastKey && String(lastKey.sk) };
}

/** Deletes items, so many in one transaction as it holds. Missing ones are no fault. @throws {DomainError} busy */
export async function deleteItems(items: readonly keys.Key[], patience: Patience): Promise<void> {
  for (let start = 0; start < items.length; start += limits.actionsPerTransaction) {
    const actions = items.slice(start, start + limits.actionsPerTransaction).map(
      ({ pk, sk }, index): Action => ({
        name: `item ${index}`,
        item: { Delete: { TableName: tableName(), Key: { pk, sk } } },
      }),
    );
    await transact(actions, patience);
  }
}
