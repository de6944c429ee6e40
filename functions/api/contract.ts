import * as z from 'zod';
import { Analytics, AnalyticsQuery, EventAnalytics } from '../domain/analytics.ts';
import { AuditEntry, AuditedEntity } from '../domain/audit.ts';
import { BookingInput, BookingStatus, BookingView, EventBookingView } from '../domain/booking.ts';
import { BookingId, EventId, PageQuery, pageOf, TierId } from '../domain/common.ts';
import { DeadLetterQuery, DeadLetterQueues, Redrive, Redriven } from '../domain/dead-letter.ts';
import { EventFilter, EventInput, EventPatch, EventStatus, EventView } from '../domain/event.ts';
import { PersonExport } from '../domain/export.ts';
import { NotificationId, NotificationPage, NotificationPatch, NotificationView } from '../domain/notification.ts';
import { DemoData, Liveness, Problem, Readiness, ServiceView } from '../domain/service.ts';
import {
  Confirmation,
  Credentials,
  NewUser,
  ProfilePatch,
  ProfileView,
  RefreshedTokens,
  RefreshRequest,
  Registration,
  Roles,
  Tokens,
  UserId,
  UserView,
} from '../domain/user.ts';
import { PlacesView, PlaceView, WaitlistEntryView, WaitlistInput, WaitlistQuery } from '../domain/waitlist.ts';
import type { Group, Operation } from './operation.ts';

const event = z.strictObject({ eventId: EventId });
const booking = z.strictObject({ bookingId: BookingId });
const user = z.strictObject({ userId: UserId });
const EventPage = pageOf(EventView).meta({ id: 'EventPage' });

/** Operations on events: organizers on their own, IAM principals on all. */
const createEvent = {
  method: 'POST',
  body: EventInput,
  success: { 201: EventView },
  idempotent: true,
  etag: true,
} as const;
const getManagedEvent = {
  method: 'GET',
  params: event,
  success: { 200: EventView },
  errors: ['not-found'],
  etag: true,
} as const;
const updateEvent = {
  method: 'PATCH',
  params: event,
  body: EventPatch,
  success: { 200: EventView },
  errors: ['not-found', 'capacity-too-low', 'event-has-bookings', 'invalid-state'],
  ifMatch: true,
  etag: true,
} as const;
const cancelEvent = {
  method: 'POST',
  params: event,
  success: { 202: EventView },
  errors: ['not-found', 'invalid-state'],
  etag: true,
} as const;
const deleteEvent = {
  method: 'DELETE',
  params: event,
  success: { 204: null },
  errors: ['not-found', 'event-has-bookings'],
} as const;
const listOwnEvents = {
  method: 'GET',
  query: z.strictObject({ ...PageQuery.shape, status: EventStatus.optional() }),
  success: { 200: EventPage },
} as const;
const listEventBookings = {
  method: 'GET',
  params: event,
  // Without a limit an answer in CSV is longer than a page.
  query: z.strictObject({
    ...PageQuery.shape,
    limit: PageQuery.shape.limit.unwrap().optional(),
    status: BookingStatus.optional(),
  }),
  success: { 200: pageOf(EventBookingView).meta({ id: 'EventBookingPage' }) },
  alternative: 'text/csv',
  errors: ['not-found'],
} as const;
const listEventWaitlist = {
  method: 'GET',
  params: event,
  query: WaitlistQuery,
  success: { 200: pageOf(WaitlistEntryView).meta({ id: 'WaitlistEntryPage' }) },
  errors: ['not-found'],
} as const;
const getEventAnalytics = {
  method: 'GET',
  params: event,
  query: AnalyticsQuery,
  success: { 200: EventAnalytics },
  errors: ['not-found'],
} as const;

const organizer = { auth: 'organizer', group: 'organizer' } as const;
const admin = { auth: 'iam', group: 'admin' } as const;
const account = { group: 'account' } as const;
const system = { method: 'GET', auth: 'public', group: 'system' } as const;

/**
 * Every HTTP operation of the service. Routes, authorizers, handler bindings and the OpenAPI document are made from
 * this list and from nothing else.
 */
export const contract = {
  getService: { ...system, path: '/', success: { 200: ServiceView } },
  getLiveness: { ...system, path: '/health/live', success: { 200: Liveness } },
  getReadiness: { ...system, path: '/health/ready', success: { 200: Readiness, 503: Readiness } },
  getOpenApi: { ...system, path: '/openapi.json', success: { 200: z.looseObject({ openapi: z.string() }) } },
  getDocs: { ...system, path: '/docs', success: { 200: null }, produces: 'text/html' },
  getDocsAsset: {
    ...system,
    path: '/docs/{asset}',
    params: z.strictObject({ asset: z.string().max(100) }),
    success: { 200: null, 304: null },
    produces: '*/*',
    errors: ['not-found'],
    cache: 'asset',
  },
  getProblem: {
    ...system,
    path: '/problems/{code}',
    params: z.strictObject({ code: z.string().max(100) }),
    success: {
      200: z.object({ code: z.string(), status: z.int(), title: z.string(), meaning: z.string(), remedy: z.string() }),
    },
    errors: ['not-found'],
  },

  register: {
    ...account,
    method: 'POST',
    path: '/auth/register',
    auth: 'public',
    body: Registration,
    success: { 202: null },
    errors: ['rate-limited'],
  },
  confirmRegistration: {
    ...account,
    method: 'POST',
    path: '/auth/confirm',
    auth: 'public',
    body: Confirmation,
    success: { 204: null },
    errors: ['rate-limited'],
  },
  login: {
    ...account,
    method: 'POST',
    path: '/auth/login',
    auth: 'public',
    body: Credentials,
    success: { 200: Tokens },
    errors: ['unauthenticated', 'rate-limited'],
  },
  refresh: {
    ...account,
    method: 'POST',
    path: '/auth/refresh',
    auth: 'public',
    body: RefreshRequest,
    success: { 200: RefreshedTokens },
    errors: ['unauthenticated'],
  },
  logout: {
    ...account,
    method: 'POST',
    path: '/auth/logout',
    auth: 'user',
    body: RefreshRequest,
    success: { 204: null },
  },
  getMe: { ...account, method: 'GET', path: '/users/me', auth: 'user', success: { 200: ProfileView } },
  updateMe: {
    ...account,
    method: 'PATCH',
    path: '/users/me',
    auth: 'user',
    body: ProfilePatch,
    success: { 200: ProfileView },
  },
  deleteMe: {
    ...account,
    method: 'DELETE',
    path: '/users/me',
    auth: 'user',
    success: { 202: null },
    errors: ['invalid-state'],
    access: 'deleted-too',
  },
  exportMe: {
    ...account,
    method: 'GET',
    path: '/users/me/export',
    auth: 'user',
    query: z.strictObject({ cursor: PageQuery.shape.cursor }),
    success: { 200: PersonExport },
    linksNext: true,
  },

  listNotifications: {
    ...account,
    method: 'GET',
    path: '/notifications',
    auth: 'user',
    query: PageQuery,
    success: { 200: NotificationPage },
  },
  markNotificationRead: {
    ...account,
    method: 'PATCH',
    path: '/notifications/{notificationId}',
    auth: 'user',
    params: z.strictObject({ notificationId: NotificationId }),
    body: NotificationPatch,
    success: { 200: NotificationView },
    errors: ['not-found'],
  },

  listEvents: {
    method: 'GET',
    path: '/events',
    auth: 'public',
    group: 'catalog',
    query: z.strictObject({ ...PageQuery.shape, ...EventFilter.shape }),
    success: { 200: EventPage },
    etag: true,
    cache: 'catalog',
  },
  listPopularEvents: {
    method: 'GET',
    path: '/events/popular',
    auth: 'public',
    group: 'catalog',
    success: { 200: z.object({ items: z.array(EventView) }).meta({ id: 'PopularEvents' }) },
    etag: true,
    cache: 'catalog',
  },
  getEvent: {
    method: 'GET',
    path: '/events/{eventId}',
    auth: 'public',
    group: 'catalog',
    params: event,
    success: { 200: EventView },
    errors: ['not-found'],
    etag: true,
    cache: 'catalog',
  },

  createBooking: {
    method: 'POST',
    path: '/bookings',
    auth: 'user',
    group: 'booking',
    body: BookingInput,
    success: { 201: BookingView },
    errors: [
      'not-found',
      'sold-out',
      'waitlist-first',
      'sale-not-open',
      'sale-closed',
      'event-cancelled',
      'purchase-limit',
      'rate-limited',
    ],
    idempotent: true,
    access: 'in-transaction',
  },
  listBookings: {
    method: 'GET',
    path: '/bookings',
    auth: 'user',
    group: 'booking',
    query: PageQuery,
    success: { 200: pageOf(BookingView).meta({ id: 'BookingPage' }) },
  },
  getBooking: {
    method: 'GET',
    path: '/bookings/{bookingId}',
    auth: 'user',
    group: 'booking',
    params: booking,
    success: { 200: BookingView },
    errors: ['not-found'],
  },
  confirmBooking: {
    method: 'POST',
    path: '/bookings/{bookingId}/confirm',
    auth: 'user',
    group: 'booking',
    params: booking,
    success: { 200: BookingView },
    errors: ['not-found', 'hold-expired', 'invalid-state', 'event-cancelled'],
  },
  cancelBooking: {
    method: 'DELETE',
    path: '/bookings/{bookingId}',
    auth: 'user',
    group: 'booking',
    params: booking,
    success: { 200: BookingView },
    errors: ['not-found', 'hold-expired'],
  },

  joinWaitlist: {
    method: 'POST',
    path: '/events/{eventId}/waitlist',
    auth: 'user',
    group: 'booking',
    params: event,
    body: WaitlistInput,
    success: { 201: PlaceView },
    errors: [
      'not-found',
      'seats-available',
      'already-waiting',
      'waitlist-closed',
      'sale-not-open',
      'event-cancelled',
      'purchase-limit',
      'rate-limited',
    ],
    idempotent: true,
  },
  getWaitlistPlace: {
    method: 'GET',
    path: '/events/{eventId}/waitlist',
    auth: 'user',
    group: 'booking',
    params: event,
    success: { 200: PlacesView },
    errors: ['not-found'],
  },
  leaveWaitlist: {
    method: 'DELETE',
    path: '/events/{eventId}/waitlist/{tierId}',
    auth: 'user',
    group: 'booking',
    params: z.strictObject({ eventId: EventId, tierId: TierId }),
    success: { 204: null },
    errors: ['not-found'],
  },

  createEvent: { ...createEvent, ...organizer, path: '/organizer/events' },
  listOwnEvents: { ...listOwnEvents, ...organizer, path: '/organizer/events' },
  getOwnEvent: { ...getManagedEvent, ...organizer, path: '/organizer/events/{eventId}' },
  updateEvent: { ...updateEvent, ...organizer, path: '/organizer/events/{eventId}' },
  cancelEvent: { ...cancelEvent, ...organizer, path: '/organizer/events/{eventId}/cancel' },
  deleteEvent: { ...deleteEvent, ...organizer, path: '/organizer/events/{eventId}' },
  listEventBookings: { ...listEventBookings, ...organizer, path: '/organizer/events/{eventId}/bookings' },
  listEventWaitlist: { ...listEventWaitlist, ...organizer, path: '/organizer/events/{eventId}/waitlist' },
  getEventAnalytics: { ...getEventAnalytics, ...organizer, path: '/organizer/events/{eventId}/analytics' },

  createEventAsAdmin: { ...createEvent, ...admin, path: '/admin/events' },
  listAllEvents: { ...listOwnEvents, ...admin, path: '/admin/events' },
  getEventAsAdmin: { ...getManagedEvent, ...admin, path: '/admin/events/{eventId}' },
  updateEventAsAdmin: { ...updateEvent, ...admin, path: '/admin/events/{eventId}' },
  cancelEventAsAdmin: { ...cancelEvent, ...admin, path: '/admin/events/{eventId}/cancel' },
  deleteEventAsAdmin: { ...deleteEvent, ...admin, path: '/admin/events/{eventId}' },
  listEventBookingsAsAdmin: { ...listEventBookings, ...admin, path: '/admin/events/{eventId}/bookings' },
  listEventWaitlistAsAdmin: { ...listEventWaitlist, ...admin, path: '/admin/events/{eventId}/waitlist' },
  getEventAnalyticsAsAdmin: { ...getEventAnalytics, ...admin, path: '/admin/events/{eventId}/analytics' },
  getAnalytics: {
    ...admin,
    method: 'GET',
    path: '/admin/analytics',
    query: AnalyticsQuery,
    success: { 200: Analytics },
  },
  listUsers: {
    ...admin,
    method: 'GET',
    path: '/admin/users',
    query: PageQuery,
    success: { 200: pageOf(UserView).meta({ id: 'UserPage' }) },
  },
  createUser: {
    ...admin,
    method: 'POST',
    path: '/admin/users',
    body: NewUser,
    success: { 201: UserView },
    errors: ['email-taken'],
  },
  getUser: {
    ...admin,
    method: 'GET',
    path: '/admin/users/{userId}',
    params: user,
    success: { 200: UserView },
    errors: ['not-found'],
  },
  setUserRoles: {
    ...admin,
    method: 'PUT',
    path: '/admin/users/{userId}/roles',
    params: user,
    body: Roles,
    success: { 200: UserView },
    errors: ['not-found'],
  },
  deleteUser: {
    ...admin,
    method: 'DELETE',
    path: '/admin/users/{userId}',
    params: user,
    success: { 202: null },
    errors: ['not-found', 'invalid-state'],
  },
  listAuditTrail: {
    ...admin,
    method: 'GET',
    path: '/admin/audit',
    // Without a limit an answer in CSV is longer than a page.
    query: z.strictObject({
      ...PageQuery.shape,
      limit: PageQuery.shape.limit.unwrap().optional(),
      entity: AuditedEntity,
    }),
    success: { 200: pageOf(AuditEntry).meta({ id: 'AuditPage' }) },
    alternative: 'text/csv',
  },
  listDeadLetters: {
    ...admin,
    method: 'GET',
    path: '/admin/dead-letters',
    query: DeadLetterQuery,
    success: { 200: DeadLetterQueues },
    errors: ['not-found'],
  },
  redriveDeadLetters: {
    ...admin,
    method: 'POST',
    path: '/admin/dead-letters/redrive',
    body: Redrive,
    success: { 202: Redriven },
    errors: ['not-found'],
  },
  createDemoData: { ...admin, method: 'POST', path: '/admin/demo-data', success: { 201: DemoData } },
} as const satisfies Record<string, Operation>;

export type Contract = typeof contract;
export type OperationId = keyof Contract;
/** The operations that one function serves. */
export type OperationIdsOf<G extends Group> = {
  [Id in OperationId]: Contract[Id]['group'] extends G ? Id : never;
}[OperationId];

/** The contract as a list, with the operationId in each line. */
export const operations: readonly (Operation & { operationId: OperationId })[] = Object.entries(contract).map(
  ([operationId, operation]) => ({ operationId: operationId as OperationId, ...operation }),
);

/** Body of every error; here so that the document generator finds all schemas in one place. */
export { Problem };
