import { type Booking, type BookingStatus, isExpired } from '../domain/booking.ts';
import type { Event } from '../domain/event.ts';
import { bookingOf } from './booking-store.ts';
import type { Listing, PageRequest } from './event-list-store.ts';
import * as keys from './keys.ts';
import { queryItems } from './read.ts';

/** A booking, and where the walk goes on behind it. */
interface Step {
  booking: Booking;
  position: string;
}

interface Walk {
  /** As it is shown: a hold whose time is over is an expired one. */
  status: BookingStatus | undefined;
  after: string | undefined;
  /** Bookings that are read at a time, of one index partition. */
  perRead: number;
}

/**
 * A page of the bookings and holds of an event, newest first.
 *
 * @throws {DomainError} busy
 */
export async function listEventBookings(
  event: Event,
  status: BookingStatus | undefined,
  { limit, after }: PageRequest,
): Promise<Listing<Booking>> {
  const items: Booking[] = [];
  let position: string | undefined;
  for await (const step of walkEventBookings(event, { status, after, perRead: limit + 1 })) {
    if (items.length === limit) return { items, ...(position !== undefined && { position }) };
    items.push(step.booking);
    position = step.position;
  }
  return { items };
}

/**
 * The bookings and holds of an event one by one, newest first. Every item is read once, so this is the cheaper way to
 * many of them.
 *
 * Holds stand in index partitions of their own, in the order of their end. So a position has two parts, one for each
 * order. A hold that becomes a booking between two pages is on one of them.
 *
 * @throws {DomainError} busy
 */
export async function* walkEventBookings(event: Event, walk: Walk): AsyncGenerator<Step> {
  const [bookingsBefore, holdsBefore] = walk.after?.split('|') ?? [];
  const bookings = merged(bookingsOf(event, walk, bookingsBefore), keys.eventBookingSort);
  const holds = merged(holdsOf(event, walk, holdsBefore), endOf);
  let [booking, hold] = await Promise.all([next(bookings), next(holds)]);
  let before = bookingsBefore;
  while (booking || hold) {
    if (booking && hold?.bookingId === booking.bookingId) {
      // It was confirmed while the index was read.
      hold = await next(holds);
      continue;
    }
    const [first, isHold] = later(booking, hold);
    const sort = keys.eventBookingSort(first);
    before = before === undefined || sort < before ? sort : before;
    // From the next hold on, so that those made meanwhile do not come later than older bookings.
    const holdsFrom = isHold ? endOf(first) : hold ? `${endOf(hold)}${above}` : none;
    yield { booking: first, position: `${before}|${holdsFrom}` };
    if (isHold) hold = await next(holds);
    else booking = await next(bookings);
  }
}

/** Sorts behind everything that continues a key. */
const above = '~';
/** Before which there is nothing. */
const none = '-';

const endOf = (hold: Booking): string => keys.eventHoldSort(hold.holdExpiresAt ?? hold.updatedAt, hold.bookingId);

/** The one that was made later, and whether it is the hold. */
function later(booking: Booking | undefined, hold: Booking | undefined): [Booking, boolean] {
  if (hold && (!booking || keys.eventBookingSort(hold) > keys.eventBookingSort(booking))) return [hold, true];
  if (booking) return [booking, false];
  throw new Error('neither a booking nor a hold is left');
}

function bookingsOf(event: Event, { status, perRead }: Walk, before: string | undefined): AsyncGenerator<Booking>[] {
  if (status === 'HELD') return [];
  return partitionsOf(event).map((n) =>
    readBackwards(keys.eventBookings(event.eventId, n), before, { status, perRead }),
  );
}

function holdsOf(event: Event, { status, perRead }: Walk, before: string | undefined): AsyncGenerator<Booking>[] {
  if (status === 'CONFIRMED' || status === 'CANCELLED' || before === none) return [];
  const now = new Date().toISOString();
  const over = keys.eventHoldSort(now, above);
  const from = status === 'EXPIRED' && (before === undefined || before > over) ? over : before;
  return partitionsOf(event).map((n) => {
    const holds = readBackwards(keys.eventHolds(event.eventId, n), from, { perRead });
    return status === 'HELD' ? until(holds, (hold) => isExpired(hold, now)) : holds;
  });
}

const partitionsOf = (event: Event): number[] => Array.from({ length: event.bookingPartitions }, (_, n) => n);

/** One index partition, from its end or from `before`, which is not among what is read. */
async function* readBackwards(
  partition: string,
  before: string | undefined,
  { status, perRead }: { status?: BookingStatus | undefined; perRead: number },
): AsyncGenerator<Booking> {
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
      Limit: perRead,
      ScanIndexForward: false,
      ...(startKey && { ExclusiveStartKey: startKey }),
    });
    yield* items.map(bookingOf);
    startKey = lastKey;
  } while (startKey);
}

async function* until(holds: AsyncGenerator<Booking>, isEnd: (hold: Booking) => boolean): AsyncGenerator<Booking> {
  for await (const hold of holds) {
    if (isEnd(hold)) return;
    yield hold;
  }
}

/** Many descending lists as one. */
async function* merged(
  sources: AsyncGenerator<Booking>[],
  sortKey: (booking: Booking) => string,
): AsyncGenerator<Booking> {
  const heads = await Promise.all(sources.map(next));
  for (;;) {
    let greatest = -1;
    let found: Booking | undefined;
    for (const [n, head] of heads.entries()) {
      if (!head || (found && sortKey(head) <= sortKey(found))) continue;
      greatest = n;
      found = head;
    }
    const source = sources[greatest];
    if (!found || !source) return;
    yield found;
    heads[greatest] = await next(source);
  }
}

async function next(bookings: AsyncGenerator<Booking>): Promise<Booking | undefined> {
  const result = await bookings.next();
  return result.done ? undefined : result.value;
}
