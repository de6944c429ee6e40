import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { actorText } from '../domain/audit.ts';
import { currentActor } from '../shared/actor.ts';
import { isAudited } from './keys.ts';

type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/**
 * The same action, signed by who acts where it writes an item that has an audit trail: the stream tells what changed,
 * and this who changed it. A signature of an earlier change never stays on the item.
 */
export function attributed(item: TransactItem): TransactItem {
  const actor = currentActor();
  const changedBy = actor && actorText(actor);
  const { Put: put, Update: update } = item;
  if (put?.Item && isAudited(put.Item)) {
    const { changedBy: _former, ...rest } = put.Item;
    return { ...item, Put: { ...put, Item: changedBy ? { ...rest, changedBy } : rest } };
  }
  if (changedBy && update?.Key && isAudited(update.Key)) {
    return {
      ...item,
      Update: {
        ...update,
        UpdateExpression: update.UpdateExpression?.replace(/^SET /, 'SET changedBy = :changedBy, '),
        ExpressionAttributeValues: { ...update.ExpressionAttributeValues, ':changedBy': changedBy },
      },
    };
  }
  return item;
}
