import * as z from 'zod';
import { Amount, BookingId, EventId, inOrder, TierId, Timestamp, text } from './common.ts';
import { Currency } from './event.ts';
import { limits } from './limits.ts';

export const BookingStatus = z.enum(['HELD', 'CONFIRMED', 'EXPIRED', 'CANCELLED']).meta({ id: 'BookingStatus' });
export type BookingStatus = z.infer<typeof BookingStatus>;

const quantity = z.int().min(1).max(limits.quantityPerBooking).meta({ example: 2 });

export const BookingInput = z
  .strictObject({
    eventId: EventId,
    tierId: TierId.optional().meta({ description: 'may be left out where the event has one tier' }),
    quantity,
    hold: z.boolean().optional().meta({ description: 'hold the seats for some minutes instead of booking them' }),
  })
  .meta({ id: 'BookingInput' });
export type BookingInput = z.output<typeof BookingInput>;

/** Seats taken from one inventory shard. */
export interface Draw {
  shard: number;
  quantity: number;
}

export const BookingView = z
  .object({
    bookingId: BookingId,
    eventId: EventId,
    eventName: text(limits.nameCharacters),
    tierId: TierId,
    quantity,
    unitPrice: Amount,
    total: Amount,
    currency: Currency,
    status: BookingStatus,
    holdExpiresAt: Timestamp.optional().meta({ description: 'until when a hold can be confirmed' }),
    createdAt: Timestamp,
    updatedAt: Timestamp,
  })
  .meta({ id: 'Booking' });
export type BookingView = z.infer<typeof BookingView>;

/** What an organizer sees of a booking: the buyer's id, no name and no address. */
export const EventBookingView = z.object({ ...BookingView.shape, userId: z.string() }).meta({ id: 'EventBooking' });
export type EventBookingView = z.infer<typeof EventBookingView>;

/**
 * A booking as stored. `partition`: its index partition among the bookings or holds of its event. `counted`: it stands
 * in the buyer's purchase count of the event. `wasHeld`: it began as a hold. `confirmedAt`: since when the seats are
 * sold to the buyer; a hold that was never confirmed has none. `cancelledAt`: since when they are not any more.
 * `eventCancelledAt`: when the event was cancelled, where that is why the booking is.
 * `promoted`: it came off a waitlist. `idempotencyKey`: the one that its request carried, which outlives the record of
 * 24 hours. `buyerErasedAt`: since when nothing in the service leads from `userId` to a person.
 */
export interface Booking extends BookingView {
  userId: string;
  draws: Draw[];
  partition: number;
  counted: boolean;
  wasHeld: boolean;
  confirmedAt?: string;
  cancelledAt?: string;
  eventCancelledAt?: string;
  promoted?: true;
  idempotencyKey?: string;
  buyerErasedAt?: string;
}

/** True from the very moment on at which a hold ends, whether or not its seats were given back already. */
export function isExpired(booking: Booking, now: string): boolean {
  return booking.status === 'HELD' && booking.holdExpiresAt !== undefined && booking.holdExpiresAt <= now;
}

/** A booking as it stands at `now`: a hold whose time is over is shown as expired. */
function current(booking: Booking, now: string): Booking {
  return isExpired(booking, now) ? { ...booking, status: 'EXPIRED' } : booking;
}

/**
 * The part of a stored booking that its buyer sees.
 *
 * @param now RFC 3339, UTC
 */
export function bookingView(booking: Booking, now: string): BookingView {
  return inOrder(BookingView.shape, current(booking, now) as BookingView);
}

/** The part of a stored booking that the organizer sees; as `bookingView`. */
export function eventBookingView(booking: Booking, now: string): EventBookingView {
  return inOrder(EventBookingView.shape, current(booking, now) as EventBookingView);
}
