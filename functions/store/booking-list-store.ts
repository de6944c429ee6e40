import type { Booking } from '../domain/booking.ts';
import type { Event } from '../domain/event.ts';
import { limits } from '../domain/limits.ts';
import { bookingOf } from './booking-store.ts';
import type { Listing, PageRequest } from './event-list-store.ts';
import * as keys from './keys.ts';
import { queryItems } from './read.ts';

/** A person's bookings, newest first. @throws {DomainError} busy */
export async function listBookings(userId: string, { limit, after }: PageRequest): Promise<Listing<Booking>> {
  const { items, lastKey } = await queryItems({
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: { ':pk': keys.bookingKey(userId, '').pk, ':prefix': keys.bookingPrefix },
    Limit: limit,
    ScanIndexForward: false,
    ConsistentRead: true,
    ...(after && { ExclusiveStartKey: { ...keys.bookingKey(userId, after) } }),
  });
  const bookings = items.map(bookingOf);
  const last = bookings.at(-1);
  return { items: bookings, ...(lastKey && last && { position: last.bookingId }) };
}

/**
 * Holds of an event whose time is over and whose seats were not given back yet, those that ended first first, and of
 * each index partition at most so many. From the index, so what happened in the last moment may be missing: whoever
 * acts on a hold must check it.
 *
 * @param tierId of one tier alone; those of others do not count, however many there are
 * @throws {DomainError} busy
 */
export async function listExpiredHolds(event: Event, tierId?: string): Promise<Booking[]> {
  const now = new Date().toISOString();
  const partitions = Array.from({ length: event.bookingPartitions }, (_, n) => keys.eventHolds(event.eventId, n));
  return (await Promise.all(partitions.map((partition) => expiredIn(partition, now, tierId)))).flat();
}

async function expiredIn(partition: string, now: string, tierId: string | undefined): Promise<Booking[]> {
  const holds: Booking[] = [];
  let startKey: Record<string, unknown> | undefined;
  do {
    const { items, lastKey } = await queryItems({
      IndexName: keys.gsi1,
      KeyConditionExpression: 'gsi1pk = :pk AND gsi1sk < :now',
      ...(tierId !== undefined && { FilterExpression: 'tierId = :tierId' }),
      ExpressionAttributeValues: { ':pk': partition, ':now': now, ...(tierId !== undefined && { ':tierId': tierId }) },
      Limit: limits.expiredHoldsPerPartition,
      ...(startKey && { ExclusiveStartKey: startKey }),
    });
    holds.push(...items.map(bookingOf));
    startKey = lastKey;
  } while (startKey && holds.length < limits.expiredHoldsPerPartition);
  return holds;
}
