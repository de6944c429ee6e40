import type { TextsOf } from './operation-texts.ts';
import {
  accessToken,
  booking,
  createdAt,
  cursor,
  email,
  eventId,
  notification,
  password,
  refreshToken,
  userId,
  userName,
} from './values.ts';

const profile = { userId, email, name: userName, emailNotifications: true, createdAt, updatedAt: createdAt, roles: [] };

export const accountTexts: TextsOf<'account'> = {
  register: {
    summary: 'Register with an email address',
    description:
      'Sends a code to the address; `POST /auth/confirm` takes it. Whether an account exists is never told: a known ' +
      'address gets the same answer, and where its account is not confirmed yet, another code. ' +
      'Sending it twice is safe.',
    body: { email, password, name: userName },
    answers: { 202: { description: 'Accepted. Look into the mailbox.' } },
  },
  confirmRegistration: {
    summary: 'Confirm the address with the code',
    description: 'Afterwards the account can sign in. A wrong or expired code is `validation-error`.',
    body: { email, code: '123456' },
    answers: { 204: { description: 'Confirmed.' } },
  },
  login: {
    summary: 'Sign in',
    description:
      'Send the access token as `Authorization: Bearer <accessToken>` until it expires, then use the refresh token. ' +
      'A wrong password, an unknown address and an account that is not confirmed get the same answer.',
    body: { email, password },
    answers: {
      200: {
        description: 'Signed in.',
        example: { accessToken, refreshToken, expiresIn: 3600, tokenType: 'Bearer' },
      },
    },
  },
  refresh: {
    summary: 'Get a new access token',
    description: 'The refresh token stays valid until it expires or `POST /auth/logout` revokes it.',
    body: { refreshToken },
    answers: {
      200: { description: 'A new access token.', example: { accessToken, expiresIn: 3600, tokenType: 'Bearer' } },
    },
  },
  logout: {
    summary: 'Sign out',
    description:
      'Ends the login that the access token came of: every access token of it is refused from the answer on, this one ' +
      'too, and the refresh token is revoked. A refresh token that is unknown or revoked already gets the same answer. ' +
      'Other logins of the same person go on.',
    body: { refreshToken },
    answers: { 204: { description: 'Signed out.' } },
  },
  getMe: {
    summary: 'Read the own profile',
    description: 'The person whom the access token belongs to, with their roles.',
    answers: { 200: { description: 'The profile.', example: profile } },
  },
  updateMe: {
    summary: 'Change the own profile',
    description:
      'Fields that are left out stay as they are. With `emailNotifications` off, notifications still stand in the list, ' +
      'and none goes out by email. The email address cannot be changed.',
    body: { name: 'Ada King' },
    answers: {
      200: {
        description: 'The profile after the change.',
        example: { ...profile, name: 'Ada King', updatedAt: '2027-01-12T08:00:00.000Z' },
      },
    },
  },
  deleteMe: {
    summary: 'Delete the own account',
    description:
      'From the answer on the account is closed: its tokens are refused, and no sign-in succeeds. Workers cancel bookings ' +
      'of events to come, leave waitlists, erase profile and notifications, take from past bookings what leads to the ' +
      'person, and delete the account last; its address can be registered anew then. An organizer has to cancel the own ' +
      'events to come first (`invalid-state`); drafts are deleted. Sending it twice is safe.',
    answers: { 202: { description: 'Accepted. It cannot be taken back.' } },
  },
  exportMe: {
    summary: 'Export the own data',
    description:
      'Everything that the service holds of the person, as a file. A long one comes in parts: the lists go on where ' +
      '`nextCursor` and the header `Link` lead.',
    query: { cursor },
    answers: {
      200: {
        description: 'The data, or the next part of them.',
        example: {
          exportedAt: createdAt,
          profile,
          bookings: [booking],
          waitlistPlaces: [{ eventId, tierId: booking.tierId, quantity: 2, status: 'WAITING', joinedAt: createdAt }],
          notifications: [notification],
          purchaseCounts: [{ eventId, tierId: booking.tierId, tickets: 2 }],
          keptRequests: [{ operationId: 'createBooking', idempotencyKey: 'order-1', expiresAt: createdAt }],
          events: [],
          nextCursor: cursor,
        },
      },
    },
  },
  listNotifications: {
    summary: 'List the own notifications',
    description:
      'Newest first, a page at a time, with the number of unread ones: bookings confirmed, cancelled or promoted from a ' +
      'waitlist, events that are cancelled or have a new time or venue. Each also goes out by email, unless ' +
      '`PATCH /users/me` turned that off.',
    query: { limit: 20, cursor },
    answers: {
      200: {
        description: 'A page of notifications.',
        example: { items: [notification], nextCursor: cursor, unread: 3 },
      },
    },
  },
  markNotificationRead: {
    summary: 'Mark a notification as read',
    description: 'Or as unread again. Sending it twice changes nothing more.',
    params: { notificationId: notification.notificationId },
    body: { read: true },
    answers: { 200: { description: 'The notification.', example: { ...notification, read: true } } },
  },
};
