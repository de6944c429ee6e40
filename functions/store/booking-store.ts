import { createHash } from 'node:crypto';
import type { Booking } from '../domain/booking.ts';
import { notFound } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import { tableName } from './client.ts';
import { soldOutTiers } from './instance-memory.ts';
import { giveSeatsBack } from './inventory-store.ts';
import * as keys from './keys.ts';
import { uncountPurchase } from './purchase-store.ts';
import { getItem } from './read.ts';
import { type Action, type Item, Patience, transact } from './transact.ts';

export function bookingOf(item: Item): Booking {
  const { pk: _pk, sk: _sk, gsi1pk: _gsi1pk, gsi1sk: _gsi1sk, ...booking } = item;
  return booking as unknown as Booking;
}

/** Spreads an event's bookings over its index partitions, so that none of them throttles the table. */
function partitionOf(bookingId: string, partitions: number): number {
  return createHash('sha256').update(bookingId).digest().readUInt32BE() % partitions;
}

/** A booking that does not exist yet. */
export function putBooking(booking: Booking, event: Event): Action<'booking'> {
  return {
    name: 'booking',
    item: {
      Put: {
        TableName: tableName(),
        Item: {
          ...keys.bookingKey(booking.userId, booking.bookingId),
          gsi1pk: keys.eventBookings(event.eventId, partitionOf(booking.bookingId, event.bookingPartitions)),
          gsi1sk: keys.eventBookingSort(booking),
          ...booking,
        },
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    },
  };
}

/** A person's own booking. @throws {DomainError} not-found, also for another person's; busy */
export async function getBooking(userId: string, bookingId: string): Promise<Booking> {
  const item = await getItem(keys.bookingKey(userId, bookingId));
  if (!item) throw notFound();
  return bookingOf(item);
}

export async function hasBooking(userId: string, bookingId: string): Promise<boolean> {
  return (await getItem(keys.bookingKey(userId, bookingId))) !== undefined;
}

/**
 * Cancels a booking and gives back every counter that it took, in one transaction. A cancelled one stays as it is.
 *
 * @throws {DomainError} not-found, busy
 */
export async function cancelBooking(userId: string, bookingId: string, remainingMs: () => number): Promise<Booking> {
  const booking = await getBooking(userId, bookingId);
  if (booking.status === 'CANCELLED') return booking;
  const now = new Date().toISOString();
  const refused = await transact<string>(
    [
      setCancelled(booking, now),
      ...(booking.counted ? [uncountPurchase(booking)] : []),
      ...booking.draws.map((draw) => giveSeatsBack(booking, draw, booking.unitPrice, now)),
    ],
    new Patience(remainingMs),
  );
  soldOutTiers.delete(keys.tierKey(booking.eventId, booking.tierId));
  if (refused.size === 0) return { ...booking, status: 'CANCELLED', updatedAt: now };
  const current = refused.get('booking');
  if (current) return bookingOf(current);
  throw new Error(`cancelling ${bookingId}: ${[...refused.keys()].join()} does not hold what the booking took`);
}

function setCancelled(booking: Booking, now: string): Action<'booking'> {
  return {
    name: 'booking',
    item: {
      Update: {
        TableName: tableName(),
        Key: keys.bookingKey(booking.userId, booking.bookingId),
        UpdateExpression: 'SET #status = :cancelled, updatedAt = :now',
        ConditionExpression: '#status = :confirmed',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':cancelled': 'CANCELLED', ':confirmed': 'CONFIRMED', ':now': now },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    },
  };
}
