import { ulid } from 'ulid';
import type { OperationId } from '../../functions/api/contract.ts';
import {
  ada,
  admin,
  all,
  book,
  eventWithLine,
  file,
  join,
  knownUserId,
  list,
  newEvent,
  notified,
  onBooking,
  onPlace,
  organizer,
  own,
  person,
  type Sample,
  simple,
} from './arrange.ts';
import { call } from './invoke.ts';
import { inAYear } from './sample-event.ts';

/** One sample for every operation of the contract: a missing one does not compile. */
export const samples: Record<OperationId, Sample | typeof file> = {
  getService: simple('getService'),
  getLiveness: simple('getLiveness'),
  getReadiness: simple('getReadiness', 200, {}, 'once a second an instance'),
  getOpenApi: file,
  getDocs: simple('getDocs'),
  getDocsAsset: file,
  getProblem: simple('getProblem', 200, { params: { code: 'sold-out' } }),

  register: simple('register', 202, { body: person }),
  confirmRegistration: simple('confirmRegistration', 204, { body: { email: person.email, code: '123456' } }),
  login: {
    when: 'not for the first time',
    status: 200,
    arrange: async () => {
      await call('getMe', ada);
      return () => call('login', { body: { email: person.email, password: person.password } });
    },
  },
  refresh: simple('refresh', 200, { body: { refreshToken: 'refresh' } }),
  // A person of their own: nobody is let in with that login afterwards.
  logout: simple('logout', 204, { userId: 'lou', body: { refreshToken: 'refresh' } }),
  getMe: {
    when: '',
    status: 200,
    arrange: async () => {
      await call('getMe', ada);
      return () => call('getMe', ada);
    },
  },
  updateMe: {
    when: 'the name',
    status: 200,
    arrange: async () => {
      await call('getMe', ada);
      return () => call('updateMe', { ...ada, body: { name: 'Countess of Lovelace' } });
    },
  },
  deleteMe: simple('deleteMe', 202, { userId: 'dana' }, 'before the worker begins'),
  exportMe: {
    when: '25 bookings',
    status: 200,
    arrange: async () => {
      const [eventId, userId] = [await newEvent(), ulid()];
      for (let n = 0; n < 25; n += 1) await book(eventId, { userId });
      await call('getMe', { userId });
      return () => call('exportMe', { userId });
    },
  },
  listNotifications: {
    when: 'a page of 20',
    status: 200,
    arrange: async () => {
      await notified('nora', 25);
      return () => call('listNotifications', { userId: 'nora' });
    },
  },
  markNotificationRead: {
    when: '',
    status: 200,
    arrange: async () => {
      const notificationId = await notified('ned', 1);
      return () => call('markNotificationRead', { userId: 'ned', params: { notificationId }, body: { read: true } });
    },
  },

  listEvents: {
    when: 'a page of 20, a shard each',
    status: 200,
    arrange: async () => {
      for (let n = 0; n < 20; n += 1) await newEvent(admin, 100, { startsAt: inAYear });
      return () => call('listEvents', { query: { from: inAYear } });
    },
  },
  listPopularEvents: simple('listPopularEvents', 200, {}, 'before the first sale'),
  getEvent: {
    when: '5 shards',
    status: 200,
    arrange: async () => {
      const params = { eventId: await newEvent() };
      return () => call('getEvent', { params });
    },
  },

  createBooking: {
    when: 'with key, warm',
    status: 201,
    arrange: async () => {
      const eventId = await newEvent();
      await book(eventId, { userId: 'somebody-else' });
      const headers = { 'idempotency-key': ulid() };
      return () => call('createBooking', { userId: knownUserId, body: { eventId, quantity: 1 }, headers });
    },
  },
  listBookings: {
    when: 'a page of 20',
    status: 200,
    arrange: async () => {
      const [eventId, userId] = [await newEvent(), ulid()];
      for (let n = 0; n < 25; n += 1) await book(eventId, { userId });
      return () => call('listBookings', { userId });
    },
  },
  getBooking: onBooking('getBooking', false),
  confirmBooking: onBooking('confirmBooking', true),
  cancelBooking: onBooking('cancelBooking', false),

  joinWaitlist: {
    when: 'a shard, others in line',
    status: 201,
    arrange: async () => {
      const eventId = await eventWithLine();
      return () => join(eventId, 'last');
    },
  },
  getWaitlistPlace: onPlace('getWaitlistPlace', 200),
  leaveWaitlist: onPlace('leaveWaitlist', 204, 'standard'),

  createEvent: own.create,
  listOwnEvents: list('listOwnEvents', organizer),
  getOwnEvent: own.get('getOwnEvent'),
  updateEvent: own.update('updateEvent'),
  cancelEvent: own.cancel('cancelEvent'),
  deleteEvent: own.delete('deleteEvent'),
  listEventBookings: own.bookings('listEventBookings'),
  listEventWaitlist: own.waitlist('listEventWaitlist'),
  getEventAnalytics: own.analytics('getEventAnalytics'),

  createEventAsAdmin: all.create,
  listAllEvents: list('listAllEvents', admin),
  getEventAsAdmin: all.get('getEventAsAdmin'),
  updateEventAsAdmin: all.update('updateEventAsAdmin'),
  cancelEventAsAdmin: all.cancel('cancelEventAsAdmin'),
  deleteEventAsAdmin: all.delete('deleteEventAsAdmin'),
  listEventBookingsAsAdmin: all.bookings('listEventBookingsAsAdmin'),
  listEventWaitlistAsAdmin: all.waitlist('listEventWaitlistAsAdmin'),
  getEventAnalyticsAsAdmin: all.analytics('getEventAnalyticsAsAdmin'),
  getAnalytics: simple('getAnalytics', 200, {}, '30 days without sales'),
  listUsers: simple('listUsers', 200, {}, 'a page of 20'),
  createUser: simple('createUser', 201, { body: person }),
  getUser: simple('getUser', 200, { params: { userId: knownUserId } }),
  setUserRoles: simple('setUserRoles', 200, { params: { userId: knownUserId }, body: { roles: ['organizers'] } }),
  deleteUser: simple('deleteUser', 202, { params: { userId: knownUserId } }, 'before the worker begins'),
  listAuditTrail: simple('listAuditTrail', 200, { query: { entity: knownUserId } }, 'of a person without changes'),
  listDeadLetters: simple('listDeadLetters', 200, {}, 'all queues empty'),
  redriveDeadLetters: simple('redriveDeadLetters', 202, { body: { queue: 'notify' } }, 'an empty queue'),
  createDemoData: simple('createDemoData', 201, {}, 'the first time'),
};
