import { setTimeout as wait } from 'node:timers/promises';
import { ulid } from 'ulid';
import type { StackOutputs } from '../../local/outputs.ts';
import { createApi, expected } from '../support/api.ts';
import { print } from '../support/table.ts';
import { administratorOf } from '../support/target.ts';

export interface Cancellation {
  bookings: number;
  /** From the 202 to the last seat that is free again. */
  seconds: number;
  bookingsPerSecond: number;
  /** To the last person who was told. */
  secondsToLastNotification: number;
  targetSeconds: number;
}

const bookings = 10_000;
const atOnce = 16;
const targetSeconds = 120;

/** How long it takes until an event with many bookings, one a person, is cancelled as a whole. */
export async function measureCancelEvent(outputs: StackOutputs): Promise<Cancellation> {
  const api = createApi(outputs.apiUrl, 4, administratorOf(outputs));
  try {
    const body = {
      name: 'Cancelled',
      venue: { name: 'Bench' },
      timezone: 'Europe/Berlin',
      startsAt: new Date(Date.now() + 24 * 60 * 60 * 1_000).toISOString(),
      tiers: [{ tierId: 'standard', name: 'Standard', price: 4_900, currency: 'EUR', capacity: bookings }],
    };
    const created = await api.sendAsAdmin('POST', '/admin/events', { body });
    const { eventId } = expected<{ eventId: string }>(created, 201, 'Creating the event');
    const users = await bookAll(eventId);
    // What the bookings themselves have made to do must not be counted.
    await untilTold(users, 'booking-confirmed');

    const startedAt = performance.now();
    expected(await api.sendAsAdmin('POST', `/admin/events/${eventId}/cancel`), 202, 'Cancelling the event');
    await untilFree(eventId);
    const seconds = (performance.now() - startedAt) / 1_000;
    await untilTold(users, 'event-cancelled');
    const secondsToLastNotification = (performance.now() - startedAt) / 1_000;
    return { bookings, seconds, bookingsPerSecond: bookings / seconds, secondsToLastNotification, targetSeconds };
  } finally {
    await api.close();
  }
}

/** Past the gateway: what it takes to book is measured elsewhere. @returns the buyers */
async function bookAll(eventId: string): Promise<string[]> {
  const { book } = await import('../../functions/store/book.ts');
  const users = Array.from({ length: bookings }, (_, n) => `bench-${n}`);
  const waiting = users.values();
  const work = async () => {
    for (const userId of waiting) {
      await book({ bookingId: `bkg_${ulid()}`, userId, eventId, quantity: 1, remainingMs: () => 30_000 });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return users;
}

async function untilFree(eventId: string): Promise<void> {
  const [{ getEvent }, { readShards }] = await Promise.all([
    import('../../functions/store/event-store.ts'),
    import('../../functions/store/inventory-store.ts'),
  ]);
  const event = await getEvent(eventId);
  if (!event) throw new Error('the event is gone');
  for (;;) {
    const shards = [...(await readShards(eventId, event.tiers)).values()].flat();
    if (shards.reduce((sum, { available }) => sum + available, 0) === bookings) return;
    await wait(200);
  }
}

/** Resolves when each has an entry of this kind: looks at one after another, so at the last ones only once. */
async function untilTold(users: readonly string[], kind: string): Promise<void> {
  const { listNotifications } = await import('../../functions/store/notification-store.ts');
  for (const userId of users) {
    for (;;) {
      const { items } = await listNotifications(userId, { limit: 5 });
      if (items.some((item) => item.kind === kind)) break;
      await wait(200);
    }
  }
}

export function printCancelEvent(measured: Cancellation): void {
  const { seconds, bookingsPerSecond, secondsToLastNotification } = measured;
  print(`\nCancelling an event with ${bookings} bookings of as many people`);
  print(`all cancelled after ${seconds.toFixed(1)} s (${Math.round(bookingsPerSecond)} a second)`);
  print(`all told after ${secondsToLastNotification.toFixed(1)} s`);
  print(`target ${targetSeconds} s: ${seconds <= targetSeconds ? 'met' : 'MISSED'}`);
}
