import { type Notification, notificationView } from '../domain/notification.ts';
import { pageOf } from '../shared/page.ts';
import { countOfUnread, listNotifications as list } from '../store/notification-store.ts';
import type { Handler } from './request.ts';

/** The caller's notifications, newest first. */
export const listNotifications: Handler<'listNotifications'> = async ({ query, caller }) => {
  const show = (notifications: Notification[]) => notifications.map(notificationView);
  const [page, unread] = await Promise.all([
    pageOf(query, ['listNotifications', caller.callerId], (request) => list(caller.userId, request), show),
    countOfUnread(caller.userId),
  ]);
  return { status: 200, body: { ...page, unread } };
};
