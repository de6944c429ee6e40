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
import { cursor, email, event, eventId, password, user, userId, userName } from './values.ts';
import { listEventWaitlistText } from './waitlist-texts.ts';

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
