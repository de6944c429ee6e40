import { getEventAnalyticsText } from './analytics-texts.ts';
import {
  cancelEventText,
  createEventText,
  deleteEventText,
  forOrganizers,
  getOwnEventText,
  listEventBookingsText,
  listOwnEventsText,
  updateEventText,
} from './event-management-texts.ts';
import type { TextsOf } from './operation-texts.ts';
import { listEventWaitlistText } from './waitlist-texts.ts';

export const organizerTexts: TextsOf<'organizer'> = {
  createEvent: createEventText(forOrganizers),
  listOwnEvents: listOwnEventsText(forOrganizers),
  updateEvent: updateEventText(forOrganizers),
  getOwnEvent: getOwnEventText(forOrganizers),
  cancelEvent: cancelEventText(forOrganizers),
  deleteEvent: deleteEventText(forOrganizers),
  listEventBookings: listEventBookingsText(forOrganizers),
  listEventWaitlist: listEventWaitlistText(forOrganizers),
  getEventAnalytics: getEventAnalyticsText(forOrganizers),
};
