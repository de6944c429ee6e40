import { tableName } from './client.ts';
import * as keys from './keys.ts';
import { getItem } from './read.ts';
import { type Action, type Patience, transact } from './transact.ts';

export interface Deletion {
  userId: string;
  requestedAt: string;
  by: 'person' | 'administrator';
  /** Since when nothing is left that leads to the person. */
  doneAt?: string;
}

/** Undefined where nobody has asked for it. @throws {DomainError} busy */
export async function findDeletion(userId: string): Promise<Deletion | undefined> {
  return (await getItem(keys.deletionKey(userId))) as Deletion | undefined;
}

/**
 * Notes that a person is to be deleted. From the commit on none of their tokens is let in, and no profile, booking,
 * place in line or notification of theirs is made; the worker does the rest. Once is enough.
 *
 * @throws {DomainError} busy
 */
export async function requestDeletion(deletion: Deletion, patience: Patience): Promise<void> {
  const { userId, requestedAt } = deletion;
  const update = (name: string, key: keys.Key, change: object): Action => ({
    name,
    item: {
      Update: {
        TableName: tableName(),
        Key: key,
        ExpressionAttributeValues: { ':now': requestedAt },
        UpdateExpression: 'SET deletedAt = :now',
        ...change,
      },
    },
  });
  const actions: Action[] = [
    {
      name: 'deletion',
      item: {
        Put: {
          TableName: tableName(),
          Item: { ...keys.deletionKey(userId), ...deletion },
          ConditionExpression: 'attribute_not_exists(pk)',
        },
      },
    },
    // Never forgotten: the id is refused as long as somebody may show a token of it.
    update('access', keys.accessKey(userId), {
      UpdateExpression: 'SET deletedAt = :now ADD revision :one REMOVE expiresAt',
      ExpressionAttributeValues: { ':now': requestedAt, ':one': 1 },
    }),
    update('inbox', keys.inboxKey(userId), { UpdateExpression: 'SET closedAt = :now' }),
  ];
  await transact(actions, patience);
}

/** Notes that the deletion is done. @throws {DomainError} busy */
export async function finishDeletion(userId: string, patience: Patience): Promise<void> {
  const done: Action = {
    name: 'deletion',
    item: {
      Update: {
        TableName: tableName(),
        Key: keys.deletionKey(userId),
        UpdateExpression: 'SET doneAt = :now',
        ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(doneAt)',
        ExpressionAttributeValues: { ':now': new Date().toISOString() },
      },
    },
  };
  await transact([done], patience);
}
