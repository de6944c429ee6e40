import { createDemoData } from '../api/create-demo-data.ts';
import { createEvent } from '../api/create-event.ts';
import { createUser } from '../api/create-user.ts';
import { deleteEvent } from '../api/delete-event.ts';
import { getOwnEvent } from '../api/get-own-event.ts';
import { getUser } from '../api/get-user.ts';
import { listAllEvents } from '../api/list-all-events.ts';
import { listEventBookings } from '../api/list-event-bookings.ts';
import { listUsers } from '../api/list-users.ts';
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
  createDemoData,
  createEventAsAdmin: createEvent,
  updateEventAsAdmin: updateEvent,
  deleteEventAsAdmin: deleteEvent,
  listEventBookingsAsAdmin: listEventBookings,
});
