import { getAnalyticsText, getEventAnalyticsText } from './analytics-texts.ts';
import {
  cancelEventText,
  createEventText,
  deleteEventText,
  forAdmins,
  getOwnEventText,
  listEventBookingsText,
  listOwnEventsText,
  updateEventText,
} from './event-management-texts.ts';
import type { TextsOf } from './operation-texts.ts';
import { bookedAt, bookingId, cursor, email, event, eventId, password, user, userId, userName } from './values.ts';
import { listEventWaitlistText } from './waitlist-texts.ts';

const deadLetters = {
  queue: 'notify',
  kind: 'worker' as const,
  count: 1,
  oldestAt: bookedAt,
  messages: [
    {
      messageId: '3f1c8f2a-5d0e-4c8b-9a53-0f6f2f6f1c11',
      sentAt: bookedAt,
      error: { name: 'ZodError', message: 'dynamodb: expected object', at: bookedAt, attempts: 5 },
      body: '{"eventName":"INSERT"}',
    },
  ],
};

export const adminTexts: TextsOf<'admin'> = {
  createEventAsAdmin: createEventText(forAdmins),
  listAllEvents: listOwnEventsText(forAdmins),
  updateEventAsAdmin: updateEventText(forAdmins),
  getEventAsAdmin: getOwnEventText(forAdmins),
  cancelEventAsAdmin: cancelEventText(forAdmins),
  deleteEventAsAdmin: deleteEventText(forAdmins),
  listEventBookingsAsAdmin: listEventBookingsText(forAdmins),
  listEventWaitlistAsAdmin: listEventWaitlistText(forAdmins),
  getEventAnalyticsAsAdmin: getEventAnalyticsText(forAdmins),
  getAnalytics: getAnalyticsText,
  listUsers: {
    summary: 'List users',
    description: 'Everybody in the user pool, a page at a time, with roles and status.',
    query: { limit: 20, cursor },
    answers: { 200: { description: 'A page of users.', example: { items: [user], nextCursor: cursor } } },
  },
  createUser: {
    summary: 'Create a user',
    description:
      'The user can sign in at once: the address counts as confirmed, the password as chosen, and no email goes out. ' +
      'An address that is in use is `email-taken`.',
    body: { email, name: userName, password, roles: ['organizers'] },
    answers: { 201: { description: 'Created.', location: `/admin/users/${userId}`, example: user } },
  },
  getUser: {
    summary: 'Read one user',
    description: 'With roles and status.',
    params: { userId },
    answers: { 200: { description: 'The user.', example: user } },
  },
  setUserRoles: {
    summary: 'Set the roles of a user',
    description:
      'The list replaces the roles that the user has; an empty one takes all away. Sending it twice changes nothing ' +
      'more. Access tokens that were given out before keep their roles until they expire.',
    params: { userId },
    body: { roles: ['organizers'] },
    answers: { 200: { description: 'The user with the new roles.', example: user } },
  },
  deleteUser: {
    summary: 'Delete a user',
    description:
      'As `DELETE /users/me`: the account is closed from the answer on, and workers do the rest. Sending it twice is safe.',
    params: { userId },
    answers: { 202: { description: 'Accepted. It cannot be taken back.' } },
  },
  listAuditTrail: {
    summary: 'Read who changed what',
    description:
      'Every change of an event with its waitlists and bookings, of one booking, or of the roles and the account of a ' +
      'person: who made it, when, and what was there before and after; newest first. Inventory follows from it: an ' +
      'event has the capacity of its tiers, and `seatChanges` what a change of capacity gave to each shard. What ' +
      'changed a moment ago may not stand there yet. With `Accept: text/csv` the answer is a table; where it is cut, ' +
      'the header `Link` leads to the rest.',
    parameters: { entity: 'Id of an event, a booking or a user.' },
    query: { entity: bookingId, limit: 20, cursor },
    answers: {
      200: {
        description: 'A page of changes.',
        example: {
          items: [
            {
              at: bookedAt,
              entity: bookingId,
              kind: 'booking',
              change: 'changed',
              by: { kind: 'user', id: userId },
              eventId,
              userId,
              before: { status: 'HELD' },
              after: { status: 'CONFIRMED', confirmedAt: bookedAt },
            },
          ],
          nextCursor: cursor,
        },
      },
    },
  },
  listDeadLetters: {
    summary: 'See what could not be worked on',
    description:
      'Every queue of messages that were given up: those of a worker, with the error of the last attempt; changes of the ' +
      'table that a queue did not take; and names of changes that were not sent. Looking takes nothing away.',
    parameters: { queue: 'Only this queue, by the name in the list.', messages: 'How many are shown of each queue.' },
    query: { queue: 'notify', messages: 3 },
    answers: { 200: { description: 'The queues.', example: { items: [deadLetters] } } },
  },
  redriveDeadLetters: {
    summary: 'Try dead letters again',
    description:
      'Sends messages back to the queue that they came from, in their order. No message is lost, and one may be worked on ' +
      'twice, which no worker minds. Messages of a pipe name changes: those are read from the stream again, which has them ' +
      'for a day, and sent where the pipe sends them. What is gone from it comes back as a dead letter of `replay-changes`.',
    body: { queue: 'notify', limit: 100 },
    answers: { 202: { description: 'Sent back.', example: { queue: 'notify', redriven: 1, left: 0 } } },
  },
  createDemoData: {
    summary: 'Create the demo events',
    description:
      'Believable events over several cities and categories, to try the service with. A repeat changes nothing.',
    answers: {
      201: {
        description: 'The demo events are there; `created` counts those that this request made.',
        example: { created: 1, events: [{ eventId, name: event.name }] },
      },
    },
  },
};
