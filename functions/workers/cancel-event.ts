import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';
import type { Booking } from '../domain/booking.ts';
import { isDomainError } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import { limits } from '../domain/limits.ts';
import { inParallel } from '../shared/in-parallel.ts';
import { logger } from '../shared/logger.ts';
import { queueHandler } from '../shared/queue-handler.ts';
import { cancelTogetherWithEvent, cancelWithEvent } from '../store/booking-changes.ts';
import { handOver } from '../store/continuation-store.ts';
import { getEvent } from '../store/event-store.ts';
import { sweepBookings } from '../store/event-sweep-store.ts';
import { readShards } from '../store/inventory-store.ts';
import { cancellationKey } from '../store/keys.ts';
import { streamRecord } from '../store/stream-record.ts';
import { Patience } from '../store/transact.ts';
import { closeWaitlist } from '../store/waitlist-store.ts';

/** An event that was cancelled, or the note of an earlier run that there is more to do. */
const Cancellation = streamRecord(z.looseObject({ eventId: z.string(), run: z.int().default(0) }));

/**
 * Closes the waitlists of a cancelled event and cancels every booking and hold. It can end at any point and begin anew:
 * what is cancelled stays so, and the shards tell whether anything is left.
 */
export const handler = queueHandler(Cancellation, async ({ image: { eventId, run } }, { remainingMs }) => {
  const event = await getEvent(eventId);
  if (event?.cancelledAt === undefined) return;
  const continueLater = () => handOver(cancellationKey(eventId), run, { eventId }, new Patience(remainingMs));
  // First, so that nobody is in line for the seats that become free.
  for (const { tierId } of event.tiers) {
    if (!(await closeWaitlist(eventId, tierId, remainingMs))) return continueLater();
  }
  let cancelled = 0;
  while ((await seatsTaken(event)) > 0) {
    const hasTime = () => remainingMs() > limits.sweepReserveMs;
    const { found, seenAll, fault } = await cancelBookings(event, event.cancelledAt, { remainingMs, hasTime });
    cancelled += found;
    if (fault && seenAll && found === 0) throw fault;
    if (!hasTime()) {
      // To look through everything, again and again, and find nothing is no work to hand over, but a fault.
      if (seenAll && cancelled === 0) throw new Error(`${eventId} has seats taken by no booking that the index knows`);
      return continueLater();
    }
    // Made just before the event was cancelled, and not in the index yet.
    if (found === 0) await wait(limits.indexLagMs);
  }
});

/** Seats that are sold or held; consistent, and on a cancelled event never more than before. */
async function seatsTaken(event: Event): Promise<number> {
  const shards = [...(await readShards(event.eventId, event.tiers)).values()].flat();
  return shards.reduce((sum, { sold, held }) => sum + sold + held, 0);
}

/**
 * Looks through all bookings and holds once, while there is time. One that cannot be cancelled keeps none of the others
 * from it.
 *
 * @returns how many it cancelled, whether it saw all, and why some could not be
 * @throws {DomainError} busy
 */
async function cancelBookings(
  event: Event,
  cancelledAt: string,
  { remainingMs, hasTime }: { remainingMs: () => number; hasTime: () => boolean },
): Promise<{ found: number; seenAll: boolean; fault?: Error }> {
  let found = 0;
  const faults: Error[] = [];
  const cancel = async (booking: Booking) => {
    try {
      if (await cancelWithEvent(booking, cancelledAt, remainingMs)) found += 1;
    } catch (error) {
      // What the database refuses, it refuses to the others too.
      if (!(error instanceof Error) || isDomainError(error) || '$fault' in error) throw error;
      logger.error('booking cannot be cancelled', { bookingId: booking.bookingId, error });
      faults.push(error);
    }
  };
  for (const status of ['HELD', 'CONFIRMED'] as const) {
    for await (const { bookings } of sweepBookings(event, status)) {
      // Bookings of one shard one after another: at once they would only conflict.
      const groups = Map.groupBy(bookings, shardOf).values();
      await inParallel(groups, limits.sweptBookingsAtOnce, async (group) => {
        for (const together of batches(group)) {
          if (isBatch(together) && (await cancelTogetherWithEvent(together, cancelledAt, remainingMs))) {
            found += together.length;
          } else {
            for (const booking of together) await cancel(booking);
          }
        }
      });
      if (!hasTime()) return { found, seenAll: false };
    }
  }
  const [fault] = faults;
  return { found, seenAll: true, ...(fault && { fault }) };
}

/** Splits bookings of one shard into those that fit into one transaction: no two of one person, whose count they share. */
function batches(bookings: readonly Booking[]): Booking[][] {
  const [alone, simple] = [bookings.filter((booking) => !isSimple(booking)), bookings.filter(isSimple)];
  const found: { members: Booking[]; people: Set<string> }[] = [];
  for (const booking of simple) {
    const fits = ({ members, people }: (typeof found)[number]) =>
      members.length < limits.cancelledTogether && !people.has(booking.userId);
    const batch = found.findLast(fits) ?? { members: [], people: new Set() };
    if (batch.members.length === 0) found.push(batch);
    batch.members.push(booking);
    batch.people.add(booking.userId);
  }
  return [...found.map(({ members }) => members), ...alone.map((booking) => [booking])];
}

const isSimple = ({ status, draws }: Booking): boolean => status === 'CONFIRMED' && draws.length === 1;
const isBatch = (bookings: readonly Booking[]): bookings is [Booking, Booking, ...Booking[]] => bookings.length > 1;

const shardOf = ({ tierId, draws }: Booking): string => `${tierId} ${draws[0]?.shard}`;
