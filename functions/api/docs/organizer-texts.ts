import {
  createEventText,
  deleteEventText,
  forOrganizers,
  listEventBookingsText,
  listOwnEventsText,
  updateEventText,
} from './event-management-texts.ts';
import type { TextsOf } from './operation-texts.ts';

export const organizerTexts: TextsOf<'organizer'> = {
  createEvent: createEventText(forOrganizers),
  listOwnEvents: listOwnEventsText(forOrganizers),
  updateEvent: updateEventText(forOrganizers),
  deleteEvent: deleteEventText(forOrganizers),
  listEventBookings: listEventBookingsText(forOrganizers),
};
