import { eventBody, tierBody } from '../factories.ts';
import type { Step } from './tour.ts';
import { so } from './until.ts';

/** What people and organizers ask for. */

const key = () => ({ 'idempotency-key': `tour-${Math.random()}` });
const limited = { capacity: 10, maxPerUser: 5 };

const catalog: Step[] = [
  {
    name: 'getEvent',
    by: 'catalog',
    prepare: async ({ event, expect }) => {
      const eventId = await event();
      return () => expect(200, `GET /events/${eventId}`);
    },
  },
  {
    name: 'listEvents',
    by: 'catalog',
    prepare: async ({ event, expect }) => {
      await event();
      return () => expect(200, 'GET /events');
    },
  },
  {
    name: 'listPopularEvents',
    by: 'catalog',
    prepare:
      async ({ expect }) =>
      () =>
        expect(200, 'GET /events/popular'),
  },
];

const account: Step[] = [
  {
    name: 'getMe of a new person',
    by: 'account',
    prepare: async ({ api, expect, uniqueEmail }) => {
      const email = uniqueEmail();
      const password = 'correct horse battery staple';
      const body = { email, password, name: 'Grace Hopper' };
      await expect(202, 'POST /auth/register', { body });
      await expect(204, 'POST /auth/confirm', { body: { email, code: api.stack.outputs.confirmationCode } });
      return async () => {
        const { json } = await expect(200, 'POST /auth/login', { body: { email, password } });
        await expect(200, 'GET /users/me', { token: json.accessToken });
      };
    },
  },
  {
    name: 'updateMe',
    by: 'account',
    prepare:
      async ({ as, buyer }) =>
      () =>
        as(buyer, 200, 'PATCH /users/me', { name: 'Ada Byron' }),
  },
  {
    name: 'listNotifications',
    by: 'account',
    prepare:
      async ({ as, buyer }) =>
      () =>
        as(buyer, 200, 'GET /notifications'),
  },
  {
    name: 'exportMe of an organizer',
    by: 'account',
    prepare: async ({ as, organizer }) => {
      await as(organizer, 201, 'POST /organizer/events', eventBody());
      return () => as(organizer, 200, 'GET /users/me/export');
    },
  },
  {
    name: 'deleteMe of an organizer',
    by: 'account',
    prepare: async ({ api, as }) => {
      const person = await api.makeOrganizer();
      await as(person, 201, 'POST /organizer/events', eventBody({ status: 'DRAFT' }));
      return () => as(person, 202, 'DELETE /users/me');
    },
  },
  {
    name: 'logout',
    by: 'account',
    prepare: async ({ api, as }) => {
      const person = await api.registerUser();
      return () => as(person, 204, 'POST /auth/logout', { refreshToken: person.refreshToken });
    },
  },
];

const booking: Step[] = [
  {
    name: 'createBooking',
    by: 'booking',
    prepare: async ({ event, as, buyer }) => {
      const eventId = await event(limited);
      return () => as(buyer, 201, 'POST /bookings', { eventId, quantity: 1 }, key());
    },
  },
  {
    name: 'createBooking from several shards',
    by: 'booking',
    prepare: async ({ event, as, buyer, book, other }) => {
      const eventId = await event({ capacity: 101, maxPerBooking: 100 });
      await book(other, eventId, { quantity: 49 });
      return () => as(buyer, 201, 'POST /bookings', { eventId, quantity: 50 });
    },
  },
  {
    name: 'createBooking of what an expired hold keeps',
    by: 'booking',
    prepare: async ({ event, as, buyer, other, expiredHold }) => {
      const eventId = await event({ capacity: 2 });
      await expiredHold(other, eventId, { quantity: 2 });
      return () => as(buyer, 201, 'POST /bookings', { eventId, quantity: 2 });
    },
  },
  {
    name: 'getBooking',
    by: 'booking',
    prepare: async ({ event, as, buyer, book }) => {
      const bookingId = await book(buyer, await event());
      return () => as(buyer, 200, `GET /bookings/${bookingId}`);
    },
  },
  {
    name: 'listBookings',
    by: 'booking',
    prepare:
      async ({ as, buyer }) =>
      () =>
        as(buyer, 200, 'GET /bookings'),
  },
  {
    name: 'confirmBooking',
    by: 'booking',
    prepare: async ({ event, as, buyer, book }) => {
      const bookingId = await book(buyer, await event(), { hold: true });
      return () => as(buyer, 200, `POST /bookings/${bookingId}/confirm`);
    },
  },
  {
    name: 'cancelBooking',
    by: 'booking',
    prepare: async ({ event, as, buyer, book }) => {
      const bookingId = await book(buyer, await event(limited));
      return () => as(buyer, 200, `DELETE /bookings/${bookingId}`);
    },
  },
  {
    name: 'joinWaitlist, first and second in line',
    by: 'booking',
    prepare: async ({ event, as, buyer, other, book, organizer }) => {
      const eventId = await event({ capacity: 1 });
      await book(organizer, eventId);
      return async () => {
        await as(buyer, 201, `POST /events/${eventId}/waitlist`, { quantity: 1 }, key());
        await as(other, 201, `POST /events/${eventId}/waitlist`, { quantity: 1 }, key());
      };
    },
  },
  {
    name: 'getWaitlistPlace',
    by: 'booking',
    prepare: async ({ event, as, buyer, book, organizer }) => {
      const eventId = await event({ capacity: 1 });
      await book(organizer, eventId);
      await as(buyer, 201, `POST /events/${eventId}/waitlist`, { quantity: 1 });
      return async () => {
        const { json } = await as(buyer, 200, `GET /events/${eventId}/waitlist`);
        so(json.items[0].position === 1, 'first in line');
      };
    },
  },
  {
    name: 'leaveWaitlist',
    by: 'booking',
    prepare: async ({ event, as, buyer, book, organizer }) => {
      const eventId = await event({ capacity: 1 });
      await book(organizer, eventId);
      await as(buyer, 201, `POST /events/${eventId}/waitlist`, { quantity: 1 });
      return () => as(buyer, 204, `DELETE /events/${eventId}/waitlist/standard`);
    },
  },
];

const organizer: Step[] = [
  {
    name: 'createEvent',
    by: 'organizer',
    prepare:
      async ({ as, organizer }) =>
      () =>
        as(organizer, 201, 'POST /organizer/events', eventBody(), key()),
  },
  {
    name: 'updateEvent',
    by: 'organizer',
    prepare: async ({ as, organizer }) => {
      const { json, headers } = await as(organizer, 201, 'POST /organizer/events', eventBody());
      const match = { 'if-match': headers.get('etag') };
      const tiers = [tierBody({ price: 5_000, capacity: 600 })];
      return () => as(organizer, 200, `PATCH /organizer/events/${json.eventId}`, { tiers }, match);
    },
  },
  {
    name: 'deleteEvent',
    by: 'organizer',
    prepare: async ({ as, organizer }) => {
      const { json } = await as(organizer, 201, 'POST /organizer/events', eventBody());
      return () => as(organizer, 204, `DELETE /organizer/events/${json.eventId}`);
    },
  },
  {
    name: 'listOwnEvents',
    by: 'organizer',
    prepare: async ({ as, organizer }) => {
      await as(organizer, 201, 'POST /organizer/events', eventBody());
      return () => as(organizer, 200, 'GET /organizer/events');
    },
  },
  {
    name: 'listEventBookings',
    by: 'organizer',
    prepare: async ({ as, organizer }) => {
      const { json } = await as(organizer, 201, 'POST /organizer/events', eventBody());
      return () => as(organizer, 200, `GET /organizer/events/${json.eventId}/bookings`);
    },
  },
  {
    name: 'getEventAnalytics',
    by: 'organizer',
    prepare: async ({ as, organizer }) => {
      const { json } = await as(organizer, 201, 'POST /organizer/events', eventBody());
      return () => as(organizer, 200, `GET /organizer/events/${json.eventId}/analytics`);
    },
  },
];

export const requestSteps = [...catalog, ...account, ...booking, ...organizer];
