import type { Booking, BookingStatus } from '../domain/booking.ts';
import type { Event } from '../domain/event.ts';
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
 * Bookings of an event, newest first, merged from its index partitions.
 *
 * @throws {DomainError} busy
 */
export async function listEventBookings(
  event: Event,
  status: BookingStatus | undefined,
  { limit, after }: PageRequest,
): Promise<Listing<Booking>> {
  const partitions = Array.from({ length: event.bookingPartitions }, (_, n) => keys.eventBookings(event.eventId, n));
  const read = partitions.map((partition) => newestOf(partition, status, limit + 1, after));
  const merged = (await Promise.all(read)).flat().sort((a, b) => (sortKey(a) < sortKey(b) ? 1 : -1));
  const items = merged.slice(0, limit);
  const last = items.at(-1);
  return { items, ...(merged.length > limit && last && { position: sortKey(last) }) };
}

const sortKey = (booking: Booking): string => keys.eventBookingSort(booking);

/** The newest bookings of one index partition that are older than `before`, `count` of them if there are so many. */
async function newestOf(
  partition: string,
  status: BookingStatus | undefined,
  count: number,
  before: string | undefined,
): Promise<Booking[]> {
  const found: Booking[] = [];
  let startKey: Record<string, unknown> | undefined;
  do {
    const { items, lastKey } = await queryItems({
      IndexName: keys.gsi1,
      KeyConditionExpression: before === undefined ? 'gsi1pk = :pk' : 'gsi1pk = :pk AND gsi1sk < :before',
      ...(status && { FilterExpression: '#status = :status', ExpressionAttributeNames: { '#status': 'status' } }),
      ExpressionAttributeValues: {
        ':pk': partition,
        ...(before !== undefined && { ':before': before }),
        ...(status && { ':status': status }),
      },
      Limit: count,
      ScanIndexForward: false,
      ...(startKey && { ExclusiveStartKey: startKey }),
    });
    found.push(...items.map(bookingOf));
    startKey = lastKey;
  } while (startKey && found.length < count);
  return found;
}
