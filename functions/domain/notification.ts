import * as z from 'zod';
import { BookingId, EventId, inOrder, pageOf, TierId, Timestamp } from './common.ts';

export const NotificationId = z
  .string()
  .regex(/^ntf_[0-7][0-9A-HJKMNP-TV-Z]{25}$/, 'not a notification id')
  .meta({ id: 'NotificationId', example: 'ntf_01JY3W9B7C8D9E0F1G2H3J4K5M' });

export const NotificationKind = z
  .enum(['booking-confirmed', 'booking-cancelled', 'promoted', 'event-cancelled', 'event-changed'])
  .meta({ id: 'NotificationKind' });
export type NotificationKind = z.infer<typeof NotificationKind>;

export const NotificationView = z
  .object({
    notificationId: NotificationId,
    kind: NotificationKind,
    title: z.string(),
    message: z.string(),
    eventId: EventId,
    bookingId: BookingId.optional().meta({ description: 'where it is about one booking' }),
    tierId: TierId.optional(),
    read: z.boolean(),
    createdAt: Timestamp.meta({ description: 'when it happened' }),
  })
  .meta({ id: 'Notification' });
export type NotificationView = z.infer<typeof NotificationView>;

export const NotificationPage = pageOf(NotificationView)
  .extend({ unread: z.int().min(0).meta({ description: 'unread notifications of all pages' }) })
  .meta({ id: 'NotificationPage' });

export const NotificationPatch = z.strictObject({ read: z.boolean() }).meta({ id: 'NotificationPatch' });

/**
 * A notification as stored. Its email is sent once: `emailedAt` says when it was, `emailOff` that the person or the
 * stage wanted none, and `emailClaimedUntil` that a worker is about to send it.
 */
export interface Notification extends NotificationView {
  userId: string;
  emailedAt?: string;
  emailOff?: boolean;
  emailClaimedUntil?: string;
}

/** The part of a stored notification that its reader sees. */
export function notificationView(notification: Notification): NotificationView {
  return inOrder(NotificationView.shape, notification as NotificationView);
}
