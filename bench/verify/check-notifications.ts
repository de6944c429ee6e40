import { NotificationKind } from '../../functions/domain/notification.ts';
import * as keys from '../../functions/store/keys.ts';
import type { Verdicts } from './findings.ts';
import { type Item, keyOf, kindOf } from './items.ts';

/** Checks the notifications of one person, and whether every step of their bookings is among them. */
export function checkNotifications(pk: string, items: readonly Item[], verdict: Verdicts): void {
  const userId = pk.slice('USER#'.length);
  const notifications = items.filter((item) => kindOf(item) === 'notification');
  for (const notification of notifications) {
    const key = keys.notificationKey(userId, String(notification.notificationId));
    const isWhole =
      notification.userId === userId &&
      keyOf(notification).sk === key.sk &&
      NotificationKind.safeParse(notification.kind).success;
    verdict('notification', isWhole, keyOf(notification), () => 'its key, reader or kind is not what it says');
  }
  const inbox = items.find((item) => kindOf(item) === 'inbox');
  // Of a person who is being deleted or is gone: nothing more is told, and nothing is counted.
  if (inbox?.closedAt !== undefined) return;
  const unread = notifications.filter(({ read }) => read !== true).length;
  const counted = inbox?.unread ?? 0;
  verdict('unread count', counted === unread, keys.inboxKey(userId), () => `it says ${counted}, unread are ${unread}`);

  const told = new Set(notifications.map(({ kind, bookingId, eventId }) => `${kind} ${bookingId ?? eventId}`));
  for (const booking of items.filter((item) => kindOf(item) === 'booking')) {
    for (const news of newsOf(booking)) {
      verdict('told', told.has(news), keyOf(booking), () => `the list of its buyer lacks ${news}`);
    }
  }
}

function newsOf({ status, bookingId, eventId, confirmedAt, promoted, eventCancelledAt }: Item): string[] {
  const isCancelled = status === 'CANCELLED';
  return [
    ...(confirmedAt === undefined ? [] : [`${promoted === true ? 'promoted' : 'booking-confirmed'} ${bookingId}`]),
    ...(isCancelled && eventCancelledAt !== undefined ? [`event-cancelled ${eventId}`] : []),
    ...(isCancelled && eventCancelledAt === undefined && confirmedAt !== undefined
      ? [`booking-cancelled ${bookingId}`]
      : []),
  ];
}
