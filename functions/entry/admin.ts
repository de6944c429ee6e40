import { cancelEvent } from '../api/cancel-event.ts';
import { createDemoData } from '../api/create-demo-data.ts';
import { createEvent } from '../api/create-event.ts';
import { createUser } from '../api/create-user.ts';
import { deleteEvent } from '../api/delete-event.ts';
import { deleteUser } from '../api/delete-user.ts';
import { getAnalytics } from '../api/get-analytics.ts';
import { getEventAnalytics } from '../api/get-event-analytics.ts';
import { getOwnEvent } from '../api/get-own-event.ts';
import { getUser } from '../api/get-user.ts';
import { listAllEvents } from '../api/list-all-events.ts';
import { listAuditTrail } from '../api/list-audit-trail.ts';
import { listDeadLetters } from '../api/list-dead-letters.ts';
import { listEventBookings } from '../api/list-event-bookings.ts';
import { listEventWaitlist } from '../api/list-event-waitlist.ts';
import { listUsers } from '../api/list-users.ts';
import { redriveDeadLetters } from '../api/redrive-dead-letters.ts';
import { setUserRoles } from '../api/set-user-roles.ts';
import { updateEvent } from '../api/update-event.ts';
import { httpHandler } from '../shared/http-handler.ts';

export const handler = httpHandler('admin', {
  getEventAsAdmin: getOwnEvent,
  listAllEvents,
  listUsers,
  createUser,
  getUser,
  setUserRoles,
  deleteUser,
  createDemoData,
  createEventAsAdmin: createEvent,
  updateEventAsAdmin: updateEvent,
  cancelEventAsAdmin: cancelEvent,
  deleteEventAsAdmin: deleteEvent,
  listEventBookingsAsAdmin: listEventBookings,
  listEventWaitlistAsAdmin: listEventWaitlist,
  getEventAnalyticsAsAdmin: getEventAnalytics,
  getAnalytics,
  listAuditTrail,
  listDeadLetters,
  redriveDeadLetters,
});
