import type { Contract, OperationId } from '../contract.ts';
import type { Side } from './event-management-texts.ts';
import type { OperationText } from './operation-text.ts';
import { bookedAt, cursor, eventId, userId } from './values.ts';

const tierId = 'front-row';
const place = { tierId, quantity: 2, position: 17, size: 17, status: 'WAITING' as const, joinedAt: bookedAt };

type WaitlistOperation = Extract<OperationId, 'joinWaitlist' | 'getWaitlistPlace' | 'leaveWaitlist'>;

/** Operations of the group `booking` that belong to waitlists. */
export const waitlistTexts: { readonly [Id in WaitlistOperation]: OperationText<Contract[Id]> } = {
  joinWaitlist: {
    summary: 'Join a waitlist',
    description:
      'Where nothing is left of a tier, or others wait for it already. While seats can be booked the answer is ' +
      '`seats-available`. Seats that become free go to the people in line, in order, and are booked for them at the price ' +
      'of that moment; a notification tells them. Who wants more seats than are free is passed over and keeps the place.\n\n' +
      'One person has one place a tier (`already-waiting`), and what they wait for counts against `maxPerUser`. When the ' +
      'sale ends, the waitlist closes (`waitlist-closed`).',
    params: { eventId },
    body: { tierId, quantity: 2 },
    answers: { 201: { description: 'In line.', location: `/events/${eventId}/waitlist`, example: place } },
  },
  getWaitlistPlace: {
    summary: 'Look up the own places in line',
    description:
      'One for each tier of the event that the caller waits for. `position` 1 is next. A place goes when its seats are ' +
      'booked, which the bookings then show; one on which the waitlist closed stays as `CLOSED`.',
    params: { eventId },
    answers: {
      200: { description: 'The places; none is an empty list.', example: { items: [{ ...place, position: 3 }] } },
    },
  },
  leaveWaitlist: {
    summary: 'Leave a waitlist',
    description: 'Gives the place up. Who is not in line, or not any more, gets `not-found`.',
    params: { eventId, tierId },
    answers: { 204: { description: 'Left.' } },
  },
};

export const listEventWaitlistText = (side: Side): OperationText<Contract['listEventWaitlist']> => ({
  summary: `List the waitlists of ${side.one}`,
  description:
    'Everybody who ever joined: tier by tier, in the order of joining, a page at a time; `tierId` and `status` narrow the ' +
    'list. `passedOver` says why an entry still waits though seats were free. People appear by their user id only.' +
    side.foreign,
  params: { eventId },
  query: { limit: 20, cursor, tierId, status: 'WAITING' },
  answers: {
    200: {
      description: 'A page of entries.',
      example: {
        items: [
          {
            eventId,
            tierId,
            userId,
            quantity: 4,
            status: 'WAITING',
            joinedAt: bookedAt,
            updatedAt: bookedAt,
            passedOver: { reason: '2 seats were free, 4 are wanted', available: 2, at: '2027-02-03T18:12:00.000Z' },
          },
        ],
        nextCursor: cursor,
      },
    },
  },
});
