import {
  createEventText,
  deleteEventText,
  forOrganizers,
  getOwnEventText,
  listEventBookingsText,
  listOwnEventsText,
  updateEventText,
} from './event-management-texts.ts';
import type { TextsOf } from './operation-texts.ts';

export const organizerTexts: TextsOf<'organizer'> = {
  createEvent: createEventText(forOrganizers),
  listOwnEvents: listOwnEventsText(forOrganizers),
  updateEvent: updateEventText(forOrganizers),
  getOwnEvent: getOwnEventText(forOrganizers),
  deleteEvent: deleteEventText(forOrganizers),
  listEventBookings: listEventBookingsText(forOrganizers),
};
