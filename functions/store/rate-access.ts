import { type Access, type Login, openAccess, refusalOf } from '../domain/access.ts';
import { limits } from '../domain/limits.ts';
import { countOneMore, type RateCount } from './rate-counts.ts';
import type { Action, Item } from './transact.ts';

/**
 * Makes the check of a person's access an update that also counts what they do. Either takes two write units of the
 * transaction, so the limit costs none, adds no call, and fails only where the transaction itself does.
 */
export function countWithAccess(check: Action<'access'>, count: RateCount): Action<'access'> {
  const { ConditionCheck: checked } = check.item;
  if (!checked) throw new Error('this is no check');
  const { ConditionExpression, ExpressionAttributeNames, ExpressionAttributeValues, ...rest } = checked;
  const { add, remove, condition, names, values } = countOneMore(count);
  const expiresAt = Math.floor(count.nowMs / 1_000) + limits.rateItemSeconds;
  return {
    name: check.name,
    item: {
      Update: {
        ...rest,
        UpdateExpression: `ADD ${add} SET expiresAt = if_not_exists(expiresAt, :expiresAt) REMOVE ${remove}`,
        ConditionExpression: `${ConditionExpression} AND ${condition}`,
        ExpressionAttributeNames: { ...ExpressionAttributeNames, ...names },
        ExpressionAttributeValues: { ...ExpressionAttributeValues, ...values, ':expiresAt': expiresAt },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    },
  };
}

/** Whether it was the person who is not let in, by the item that refused a counted check. */
export function isShutOut(item: Item | undefined, login: Login | undefined): boolean {
  const access = { ...openAccess, ...(item as Partial<Access> | undefined) };
  return login ? refusalOf(access, login) !== undefined : access.deletedAt !== undefined;
}
