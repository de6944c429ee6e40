import { cancelEvent } from '../api/cancel-event.ts';
import { createEvent } from '../api/create-event.ts';
import { deleteEvent } from '../api/delete-event.ts';
import { getEventAnalytics } from '../api/get-event-analytics.ts';
import { getOwnEvent } from '../api/get-own-event.ts';
import { listEventBookings } from '../api/list-event-bookings.ts';
import { listEventWaitlist } from '../api/list-event-waitlist.ts';
import { listOwnEvents } from '../api/list-own-events.ts';
import { updateEvent } from '../api/update-event.ts';
import { guardAccess } from '../shared/access-guard.ts';
import { httpHandler } from '../shared/http-handler.ts';

export const handler = httpHandler(
  'organizer',
  {
    getOwnEvent,
    createEvent,
    listOwnEvents,
    updateEvent,
    cancelEvent,
    deleteEvent,
    listEventBookings,
    listEventWaitlist,
    getEventAnalytics,
  },
  { guard: guardAccess },
);
