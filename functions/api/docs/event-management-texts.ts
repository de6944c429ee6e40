import type { Contract } from '../contract.ts';
import type { OperationText } from './operation-text.ts';
import { booking, cursor, event, eventId, eventInput, userId } from './values.ts';

/** How the same operation reads for organizers and for administrators. */
export interface Side {
  /** Path before `/events`. */
  root: '/organizer' | '/admin';
  /** "an event of yours" or "an event" */
  one: string;
  /** "your events" or "all events" */
  all: string;
  /** What somebody else's event gets; empty where there is no such thing. */
  foreign: string;
}

export const forOrganizers: Side = {
  root: '/organizer',
  one: 'one of your events',
  all: 'your events',
  foreign: ' Another organizer’s event is `not-found`.',
};
export const forAdmins: Side = { root: '/admin', one: 'any event', all: 'all events', foreign: '' };

const draft = { ...event, status: 'DRAFT' as const };

export const createEventText = (side: Side): OperationText<Contract['createEvent']> => ({
  summary: 'Create an event',
  description:
    'With its tiers, at once on sale unless `status` is `DRAFT` or a tier’s `saleOpensAt` lies ahead. Prices are whole ' +
    'numbers in the currency’s minor unit. `endsAt` must be after `startsAt`, `saleOpensAt` before the sale closes, and ' +
    '`tierId` unique within the event. ' +
    'With an `Idempotency-Key` the same request can be sent again without creating a second event.',
  body: eventInput,
  answers: {
    201: { description: 'Created.', location: `${side.root}/events/${eventId}`, example: event },
  },
});

export const getOwnEventText = (side: Side): OperationText<Contract['getOwnEvent']> => ({
  summary: `Read ${side.one}`,
  description: `A draft too. The answer's ETag is what a change needs as \`If-Match\`.${side.foreign}`,
  params: { eventId },
  answers: { 200: { description: 'The event.', example: draft } },
});

export const updateEventText = (side: Side): OperationText<Contract['updateEvent']> => ({
  summary: `Change ${side.one}`,
  description:
    'Fields that are left out stay as they are, `null` removes an optional one; `tiers`, where given, is the whole list. Send the ETag of the event as ' +
    '`If-Match`: if somebody changed it meanwhile, nothing is written (`precondition-failed`). The capacity of a tier ' +
    'cannot go below what is sold (`capacity-too-low`), and a tier that ever had a booking can neither be removed nor ' +
    `change its currency (\`event-has-bookings\`). Existing bookings keep their price.${side.foreign}`,
  params: { eventId },
  body: { name: 'Midsummer Jazz Night, extended', endsAt: '2027-06-19T01:00:00+02:00' },
  answers: {
    200: {
      description: 'The event after the change, with its new ETag.',
      example: {
        ...event,
        name: 'Midsummer Jazz Night, extended',
        endsAt: '2027-06-18T23:00:00.000Z',
        version: 2,
        updatedAt: '2027-02-02T12:00:00.000Z',
      },
    },
  },
});

export const cancelEventText = (side: Side): OperationText<Contract['cancelEvent']> => ({
  summary: `Cancel ${side.one}`,
  description:
    'For good. From this answer on nothing is booked, confirmed or waited for (`event-cancelled`), and the event stands ' +
    'in no list any more; its own address still shows it. All bookings are cancelled, the waitlists closed and everybody ' +
    'concerned told within the next minutes. An event that is cancelled already is answered as it is; a draft is ' +
    `\`invalid-state\`, since it can be deleted.${side.foreign}`,
  params: { eventId },
  answers: {
    202: {
      description: 'Cancelled. The rest follows.',
      example: {
        ...event,
        status: 'CANCELLED',
        tiers: event.tiers.map((tier) => ({ ...tier, onSale: false })),
        version: 2,
        updatedAt: '2027-05-02T07:15:00.000Z',
        cancelledAt: '2027-05-02T07:15:00.000Z',
      },
    },
  },
});

export const deleteEventText = (side: Side): OperationText<Contract['deleteEvent']> => ({
  summary: `Delete ${side.one}`,
  description:
    'Only an event that never had a booking, not even a cancelled one, can be deleted. ' +
    `Once it is gone, the same request answers \`not-found\`.${side.foreign}`,
  params: { eventId },
  answers: { 204: { description: 'Deleted.' } },
});

export const listOwnEventsText = (side: Side): OperationText<Contract['listOwnEvents']> => ({
  summary: `List ${side.all}`,
  description: 'Newest first, drafts and past events too, a page at a time; `status` narrows the list.',
  query: { limit: 20, cursor, status: 'DRAFT' },
  answers: { 200: { description: 'A page of events.', example: { items: [draft], nextCursor: cursor } } },
});

export const listEventBookingsText = (side: Side): OperationText<Contract['listEventBookings']> => ({
  summary: `List the bookings of ${side.one}`,
  description:
    'Holds too, newest first, a page at a time; `status` narrows the list. Buyers appear by their user id only, ' +
    `without name or address.${side.foreign}\n\n` +
    'With `Accept: text/csv` the answer is a file with a line of column names and a line for each booking: 5,000 of them ' +
    'where no `limit` is given. Where more follow, the header `Link` with `rel="next"` leads to the next file. ' +
    'Text that a spreadsheet would take for a formula has an apostrophe in front.',
  params: { eventId },
  query: { limit: 20, cursor, status: 'CONFIRMED' },
  answers: {
    200: {
      description: 'A page of bookings.',
      example: { items: [{ ...booking, userId }], nextCursor: cursor },
    },
  },
});
