import type { Booking } from './booking.ts';
import type { Event } from './event.ts';
import type { NotificationKind } from './notification.ts';

/** Something that a person has to be told, in words. `about` makes its id: the same news is told once. */
export interface News {
  kind: NotificationKind;
  /** What happened to what; the same for every message that reports it. */
  about: string;
  /** When it happened; RFC 3339, UTC. */
  at: string;
  title: string;
  message: string;
  eventId: string;
  bookingId?: string;
  tierId?: string;
}

const tickets = (quantity: number): string => `${quantity} ticket${quantity === 1 ? '' : 's'}`;

/**
 * What the buyer is told of a step of their booking.
 *
 * @param before undefined where the step made the booking
 * @returns undefined for steps that are no news: to hold, and to let go of a hold
 */
export function newsOfBooking(before: Booking | undefined, after: Booking): News | undefined {
  const { bookingId, eventId, eventName, tierId, quantity, status } = after;
  const place = { eventId, tierId, bookingId };
  if (status === 'CONFIRMED' && before?.status !== 'CONFIRMED') {
    const at = after.confirmedAt ?? after.updatedAt;
    return after.promoted
      ? {
          ...place,
          kind: 'promoted',
          about: `promoted ${bookingId}`,
          at,
          title: `Off the waitlist: ${eventName}`,
          message: `Seats became free, and ${tickets(quantity)} for ${eventName} are now booked for you.`,
        }
      : {
          ...place,
          kind: 'booking-confirmed',
          about: `confirmed ${bookingId}`,
          at,
          title: `Booked: ${eventName}`,
          message: `You have ${tickets(quantity)} for ${eventName}.`,
        };
  }
  if (status !== 'CANCELLED' || before?.status === 'CANCELLED') return undefined;
  if (after.eventCancelledAt !== undefined) {
    return newsOfCancelledEvent({ eventId, name: eventName, cancelledAt: after.eventCancelledAt });
  }
  if (after.confirmedAt === undefined) return undefined;
  return {
    ...place,
    kind: 'booking-cancelled',
    about: `cancelled ${bookingId}`,
    at: after.updatedAt,
    title: `Cancelled: ${eventName}`,
    message: `Your booking of ${tickets(quantity)} for ${eventName} is cancelled.`,
  };
}

/** What everybody with a booking, a hold or a place in a waitlist is told, once for all of them. */
export function newsOfCancelledEvent(event: { eventId: string; name: string; cancelledAt: string }): News {
  const { eventId, name, cancelledAt } = event;
  return {
    kind: 'event-cancelled',
    about: `event cancelled ${eventId}`,
    at: cancelledAt,
    eventId,
    title: `${name} is cancelled`,
    message: `${name} does not take place. Your bookings of it are cancelled, and its waitlists are closed.`,
  };
}

/** What everybody with a booking is told of a change of the event; undefined where time and venue stay. */
export function newsOfEvent(before: Event, after: Event): News | undefined {
  const isMoved = before.startsAt !== after.startsAt || before.endsAt !== after.endsAt;
  const isElsewhere = addressOf(before.venue) !== addressOf(after.venue);
  if (!isMoved && !isElsewhere) return undefined;
  const what = [...(isMoved ? ['time'] : []), ...(isElsewhere ? ['venue'] : [])].join(' and ');
  return {
    kind: 'event-changed',
    about: `event changed ${after.eventId} ${after.version}`,
    at: after.updatedAt,
    eventId: after.eventId,
    title: `New ${what}: ${after.name}`,
    message: `${after.name} takes place on ${localTime(after)} at ${addressOf(after.venue)}. Your booking stays valid.`,
  };
}

const addressOf = ({ name, address, city, country }: Event['venue']): string =>
  [name, address, city, country].filter((part) => part !== undefined).join(', ');

function localTime({ startsAt, timezone }: Event): string {
  const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'short', timeZone: timezone });
  return `${format.format(new Date(startsAt))} (${timezone})`;
}
