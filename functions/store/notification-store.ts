import { createHash } from 'node:crypto';
import { notFound } from '../domain/errors.ts';
import { ulidOf } from '../domain/id.ts';
import { limits } from '../domain/limits.ts';
import type { News } from '../domain/news.ts';
import type { Notification } from '../domain/notification.ts';
import { tableName } from './client.ts';
import type { Listing, PageRequest } from './event-list-store.ts';
import * as keys from './keys.ts';
import { getItem, queryItems } from './read.ts';
import { type Action, type Item, Patience, transact } from './transact.ts';

export const notificationOf = (item: Item): Notification => {
  const { pk: _pk, sk: _sk, ...notification } = item;
  return notification as unknown as Notification;
};

/** The same news to the same person always has the same id, and stands in the list by the time at which it happened. */
export function notificationOn(news: News, userId: string): Notification {
  const { about, at, ...content } = news;
  const entropy = createHash('sha256').update(`${about} ${userId}`).digest();
  const notificationId = `ntf_${ulidOf(Date.parse(at), entropy)}`;
  return { notificationId, ...content, read: false, createdAt: at, userId };
}

/** Counts a person's unread notifications up or down. */
function countUnread(userId: string, change: 1 | -1): Action<'inbox'> {
  return {
    name: 'inbox',
    item: {
      Update: {
        TableName: tableName(),
        Key: keys.inboxKey(userId),
        UpdateExpression: 'ADD unread :change',
        // The list of a person who is being deleted takes nothing.
        ConditionExpression: 'attribute_not_exists(closedAt)',
        ExpressionAttributeValues: { ':change': change },
      },
    },
  };
}

/**
 * Puts a notification into the list of its reader. One that is there already stays as it is, so it does no harm to
 * call it twice; of who is being deleted, the list stays empty.
 *
 * @throws {DomainError} busy
 */
export async function addNotification(notification: Notification, remainingMs: () => number): Promise<void> {
  const put: Action<'notification'> = {
    name: 'notification',
    item: {
      Put: {
        TableName: tableName(),
        Item: { ...keys.notificationKey(notification.userId, notification.notificationId), ...notification },
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    },
  };
  await transact<string>([put, countUnread(notification.userId, 1)], new Patience(remainingMs));
}

/** A person's notifications, newest first. @throws {DomainError} busy */
export async function listNotifications(userId: string, { limit, after }: PageRequest): Promise<Listing<Notification>> {
  const { items, lastKey } = await queryItems({
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: { ':pk': keys.inboxKey(userId).pk, ':prefix': keys.notificationPrefix },
    Limit: limit,
    ScanIndexForward: false,
    ConsistentRead: true,
    ...(after && { ExclusiveStartKey: { ...keys.notificationKey(userId, after) } }),
  });
  const notifications = items.map(notificationOf);
  const last = notifications.at(-1);
  return { items: notifications, ...(lastKey && last && { position: last.notificationId }) };
}

/** How many of a person's notifications are unread. @throws {DomainError} busy */
export async function countOfUnread(userId: string): Promise<number> {
  const inbox = await getItem(keys.inboxKey(userId));
  return Number(inbox?.unread ?? 0);
}

/**
 * Marks a notification as read or unread, and counts it.
 *
 * @throws {DomainError} not-found, also for another person's; busy
 */
export async function markNotification(
  userId: string,
  notificationId: string,
  read: boolean,
  remainingMs: () => number,
): Promise<Notification> {
  const patience = new Patience(remainingMs);
  const key = keys.notificationKey(userId, notificationId);
  for (;;) {
    const item = await getItem(key);
    if (!item) throw notFound();
    if (item.read === read) return notificationOf(item);
    const mark: Action<'notification'> = {
      name: 'notification',
      item: {
        Update: {
          TableName: tableName(),
          Key: key,
          UpdateExpression: 'SET #read = :read',
          ConditionExpression: '#read = :before',
          ExpressionAttributeNames: { '#read': 'read' },
          ExpressionAttributeValues: { ':read': read, ':before': !read },
        },
      },
    };
    const refused = await transact<string>([mark, countUnread(userId, read ? -1 : 1)], patience);
    if (refused.size === 0) return notificationOf({ ...item, read });
    if (refused.has('inbox')) throw notFound();
    patience.mustLast('the notification keeps changing');
  }
}

/** @throws {DomainError} busy */
export async function findNotification(userId: string, notificationId: string): Promise<Notification | undefined> {
  const item = await getItem(keys.notificationKey(userId, notificationId));
  return item && notificationOf(item);
}

/** Changes what a notification says about its email. @returns whether the condition held */
async function changeEmail(
  { userId, notificationId }: Notification,
  change: { UpdateExpression: string; ConditionExpression: string; ExpressionAttributeValues?: Item },
  remainingMs: () => number,
): Promise<boolean> {
  const Key = keys.notificationKey(userId, notificationId);
  const action = { name: 'notification', item: { Update: { TableName: tableName(), Key, ...change } } };
  return (await transact([action], new Patience(remainingMs))).size === 0;
}

/**
 * Takes it on to send the email of a notification, so that two workers do not both send it. A claim that nobody
 * settles ends after a while.
 *
 * @returns false where it was sent, or somebody else is about to send it
 * @throws {DomainError} busy
 */
export function claimEmail(notification: Notification, remainingMs: () => number): Promise<boolean> {
  const now = Date.now();
  const change = {
    UpdateExpression: 'SET emailClaimedUntil = :until',
    ConditionExpression:
      'attribute_exists(pk) AND attribute_not_exists(emailedAt) AND ' +
      '(attribute_not_exists(emailClaimedUntil) OR emailClaimedUntil < :now)',
    ExpressionAttributeValues: {
      ':until': new Date(now + limits.emailClaimMs).toISOString(),
      ':now': new Date(now).toISOString(),
    },
  };
  return changeEmail(notification, change, remainingMs);
}

const emailChanges = {
  sent: 'SET emailedAt = :now REMOVE emailClaimedUntil',
  off: 'SET emailOff = :yes',
  failed: 'REMOVE emailClaimedUntil',
} as const;

/** Notes what became of the email; after `failed` the next one may try at once. @throws {DomainError} busy */
export async function settleEmail(
  notification: Notification,
  outcome: keyof typeof emailChanges,
  remainingMs: () => number,
): Promise<void> {
  const values = { sent: { ':now': new Date().toISOString() }, off: { ':yes': true }, failed: undefined }[outcome];
  const change = {
    UpdateExpression: emailChanges[outcome],
    ConditionExpression: 'attribute_exists(pk)',
    ...(values && { ExpressionAttributeValues: values }),
  };
  await changeEmail(notification, change, remainingMs);
}
