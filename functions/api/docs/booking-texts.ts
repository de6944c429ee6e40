import type { TextsOf } from './operation-texts.ts';
import { booking, bookingId, cursor, eventId } from './values.ts';
import { waitlistTexts } from './waitlist-texts.ts';

export const bookingTexts: TextsOf<'booking'> = {
  ...waitlistTexts,
  createBooking: {
    summary: 'Book tickets',
    description:
      'Takes `quantity` seats of one tier, all or none, at the price of this moment. A booking never takes a seat that ' +
      'does not exist, and `sold-out` is only answered when all seats of the tier together are too few. While people are ' +
      'in line for a tier, what becomes free is theirs: `waitlist-first`.\n\n' +
      'Send an `Idempotency-Key`: if the answer gets lost, the same request with the same key returns the same booking ' +
      'and books nothing more. `busy` means that nothing was decided; send the same request with the same key again.\n\n' +
      'Price and buyer are never part of the request. `quantity` must not exceed the tier’s `maxPerBooking`, and all ' +
      'bookings, holds and places in line of one person together not its `maxPerUser`, nor that of the event ' +
      '(`purchase-limit`). Many holds of one event within an hour, or many bookings within a minute, are `rate-limited`. ' +
      'An event that is not published is `not-found`.',
    body: { eventId, tierId: 'standard', quantity: 2 },
    answers: {
      201: {
        description: 'Booked. The seats are yours.',
        location: `/bookings/${bookingId}`,
        example: booking,
      },
    },
  },
  listBookings: {
    summary: 'List the own bookings',
    description: 'Newest first, cancelled ones too, a page at a time.',
    query: { limit: 20, cursor },
    answers: { 200: { description: 'A page of bookings.', example: { items: [booking], nextCursor: cursor } } },
  },
  getBooking: {
    summary: 'Read one of the own bookings',
    description: 'Another person’s booking is answered exactly like one that does not exist: `not-found`.',
    params: { bookingId },
    answers: { 200: { description: 'The booking.', example: booking } },
  },
  confirmBooking: {
    summary: 'Confirm a hold',
    description:
      'Turns a hold into a booking: the seats are held before and sold after, and at no moment anything else. From ' +
      '`holdExpiresAt` on the answer is `hold-expired`, and the seats are free for everybody. A booking that is confirmed ' +
      'already is answered as it is.',
    params: { bookingId },
    answers: {
      200: {
        description: 'The confirmed booking.',
        example: { ...booking, updatedAt: '2027-02-03T17:35:10.000Z' },
      },
    },
  },
  cancelBooking: {
    summary: 'Cancel a booking or hold',
    description:
      'Gives the seats back at once; others can book them. Needs no key: a booking that is cancelled already is ' +
      'answered as it is, and its seats are given back once only. ' +
      'Another person’s booking is answered exactly like one that does not exist: `not-found`.',
    params: { bookingId },
    answers: {
      200: {
        description: 'The cancelled booking.',
        example: { ...booking, status: 'CANCELLED', updatedAt: '2027-02-03T17:45:10.000Z' },
      },
    },
  },
};
