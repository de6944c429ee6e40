import { createHash } from 'node:crypto';
import type { Booking } from '../domain/booking.ts';
import { notFound } from '../domain/errors.ts';
import { tableName } from './client.ts';
import * as keys from './keys.ts';
import { getItem } from './read.ts';
import type { Action, Item } from './transact.ts';

export function bookingOf(item: Item): Booking {
  const { pk: _pk, sk: _sk, gsi1pk: _gsi1pk, gsi1sk: _gsi1sk, changedBy: _by, ...booking } = item;
  return booking as unknown as Booking;
}

/** Spreads an event's bookings over its index partitions, so that none of them throttles the table. */
export function partitionOf(bookingId: string, partitions: number): number {
  return createHash('sha256').update(bookingId).digest().readUInt32BE() % partitions;
}

/** Where the index has a booking: among the holds of its event, by their end, or among its bookings, by their start. */
function placeOf(booking: Booking): { gsi1pk: string; gsi1sk: string } {
  const { eventId, partition, holdExpiresAt, bookingId } = booking;
  return booking.status === 'HELD' && holdExpiresAt !== undefined
    ? { gsi1pk: keys.eventHolds(eventId, partition), gsi1sk: keys.eventHoldSort(holdExpiresAt, bookingId) }
    : { gsi1pk: keys.eventBookings(eventId, partition), gsi1sk: keys.eventBookingSort(booking) };
}

/** A booking that does not exist yet. */
export function putBooking(booking: Booking): Action<'booking'> {
  return {
    name: 'booking',
    item: {
      Put: {
        TableName: tableName(),
        Item: { ...keys.bookingKey(booking.userId, booking.bookingId), ...placeOf(booking), ...booking },
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    },
  };
}

/** Replaces a booking by its next state, if it is still in the one that was read. */
export function changeBooking(before: Booking, after: Booking): Action<'booking'> {
  return {
    name: 'booking',
    item: {
      Put: {
        TableName: tableName(),
        Item: { ...keys.bookingKey(after.userId, after.bookingId), ...placeOf(after), ...after },
        ConditionExpression: '#status = :before AND updatedAt = :read',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':before': before.status, ':read': before.updatedAt },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    },
  };
}

/** Undefined where there is none. @throws {DomainError} busy */
export async function findBooking(userId: string, bookingId: string): Promise<Booking | undefined> {
  const item = await getItem(keys.bookingKey(userId, bookingId));
  return item && bookingOf(item);
}

/** A person's own booking. @throws {DomainError} not-found, also for another person's; busy */
export async function getBooking(userId: string, bookingId: string): Promise<Booking> {
  const booking = await findBooking(userId, bookingId);
  if (!booking) throw notFound();
  return booking;
}
