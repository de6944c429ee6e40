import * as z from 'zod';
import { optionalEnv } from '../shared/env.ts';
import { sendEmail } from '../shared/mail.ts';
import { queueHandler } from '../shared/queue-handler.ts';
import { claimEmail, findNotification, settleEmail } from '../store/notification-store.ts';
import { getProfile } from '../store/profile-store.ts';
import { streamRecord } from '../store/stream-record.ts';

const NotificationMade = streamRecord(z.looseObject({ userId: z.string(), notificationId: z.string() }));

/**
 * Sends a notification by email. The entry in the person's list is there already and says whether an email went out,
 * so a message that comes again sends none; one whose email failed comes again.
 */
export const handler = queueHandler(NotificationMade, async ({ image }, { remainingMs }) => {
  const notification = await findNotification(image.userId, image.notificationId);
  if (!notification || notification.emailedAt !== undefined || notification.emailOff) return;
  const from = optionalEnv('MAIL_FROM');
  // Made when the person signs in; without one there is no address, and no right to look for it.
  const profile = from === undefined ? undefined : await getProfile(notification.userId);
  if (!from || !profile?.email || !profile.emailNotifications) {
    return settleEmail(notification, 'off', remainingMs);
  }
  if (!(await claimEmail(notification, remainingMs))) {
    throw new Error(`${notification.notificationId} is being sent by another worker, or was a moment ago`);
  }
  try {
    await sendEmail({ from, to: profile.email, subject: notification.title, text: textOf(profile.name, notification) });
  } catch (error) {
    await settleEmail(notification, 'failed', remainingMs);
    throw error;
  }
  await settleEmail(notification, 'sent', remainingMs);
});

function textOf(name: string, { message }: { message: string }): string {
  const greeting = name ? `Hello ${name},` : 'Hello,';
  return `${greeting}\n\n${message}\n\nYou can turn these emails off in your profile.\n`;
}
