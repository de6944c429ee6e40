import type { TextsOf } from './operation-texts.ts';
import {
  accessToken,
  createdAt,
  cursor,
  email,
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
      'Revokes the refresh token: no new access token can be had with it. Access tokens that were given out before ' +
      'end at their own time. A token that is revoked already gets the same answer.',
    body: { refreshToken },
    answers: { 204: { description: 'Revoked.' } },
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
