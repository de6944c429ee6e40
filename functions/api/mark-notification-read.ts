import { notificationView } from '../domain/notification.ts';
import { markNotification } from '../store/notification-store.ts';
import type { Handler } from './request.ts';

/** Marks one of the caller's notifications as read, or as unread again. */
export const markNotificationRead: Handler<'markNotificationRead'> = async ({ params, body, caller, remainingMs }) => {
  const notification = await markNotification(caller.userId, params.notificationId, body.read, remainingMs);
  return { status: 200, body: notificationView(notification) };
};
