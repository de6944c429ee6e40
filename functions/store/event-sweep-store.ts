import type { Booking, BookingStatus } from '../domain/booking.ts';
import type { Event } from '../domain/event.ts';
import { limits } from '../domain/limits.ts';
import { bookingOf } from './booking-store.ts';
import * as keys from './keys.ts';
import { queryItems } from './read.ts';

/** Where a sweep over an event's bookings stands: an index partition, and the last item looked at in it. */
export interface SweepPosition {
  partition: number;
  startKey?: Record<string, unknown>;
}

export interface SweepPage {
  bookings: Booking[];
  /** Where the next page starts; undefined after the last one. */
  next: SweepPosition | undefined;
}

/**
 * All bookings of an event in some states, a page at a time, oldest first within an index partition. Holds have index
 * partitions of their own. From the index, so what happened in the last moment may be missing or old.
 *
 * @throws {DomainError} busy
 */
export async function* sweepBookings(
  event: Event,
  status: Extract<BookingStatus, 'HELD' | 'CONFIRMED'>,
  from: SweepPosition = { partition: 0 },
): AsyncGenerator<SweepPage> {
  const place = status === 'HELD' ? keys.eventHolds : keys.eventBookings;
  for (let at: SweepPosition | undefined = from; at; ) {
    const { items, lastKey } = await queryItems({
      IndexName: keys.gsi1,
      KeyConditionExpression: 'gsi1pk = :pk',
      FilterExpression: '#status = :status',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: { ':pk': place(event.eventId, at.partition), ':status': status },
      Limit: limits.sweptBookingsPerPage,
      ...(at.startKey && { ExclusiveStartKey: at.startKey }),
    });
    const next: SweepPosition = lastKey
      ? { partition: at.partition, startKey: lastKey }
      : { partition: at.partition + 1 };
    at = next.partition < event.bookingPartitions ? next : undefined;
    yield { bookings: items.map(bookingOf), next: at };
  }
}
