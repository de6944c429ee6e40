import * as z from 'zod';
import { Amount, BookingId, EventId, inOrder, TierId, Timestamp, text } from './common.ts';
import { Currency } from './event.ts';
import { limits } from './limits.ts';

export const BookingStatus = z.enum(['CONFIRMED', 'CANCELLED']).meta({ id: 'BookingStatus' });
export type BookingStatus = z.infer<typeof BookingStatus>;

const quantity = z.int().min(1).max(limits.quantityPerBooking).meta({ example: 2 });

export const BookingInput = z
  .strictObject({
    eventId: EventId,
    tierId: TierId.optional().meta({ description: 'may be left out where the event has one tier' }),
    quantity,
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
    createdAt: Timestamp,
    updatedAt: Timestamp,
  })
  .meta({ id: 'Booking' });
export type BookingView = z.infer<typeof BookingView>;

/** What an organizer sees of a booking: the buyer's id, no name and no address. */
export const EventBookingView = z.object({ ...BookingView.shape, userId: z.string() }).meta({ id: 'EventBooking' });
export type EventBookingView = z.infer<typeof EventBookingView>;

/**
 * A booking as stored. `counted`: it stands in the buyer's purchase count of the event. `idempotencyKey`: the one that
 * its request carried, which outlives the record of 24 hours.
 */
export interface Booking extends BookingView {
  userId: string;
  draws: Draw[];
  counted: boolean;
  idempotencyKey?: string;
}

/** The part of a stored booking that its buyer sees. */
export function bookingView(booking: Booking): BookingView {
  return inOrder(BookingView.shape, booking as BookingView);
}

/** The part of a stored booking that the organizer sees. */
export function eventBookingView(booking: Booking): EventBookingView {
  return inOrder(EventBookingView.shape, booking as EventBookingView);
}
