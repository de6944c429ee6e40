import { setTimeout as wait } from 'node:timers/promises';
import { type Api, expected } from '../support/api.ts';
import type { Attempt } from './on-sale.ts';

/** What the service says afterwards. */
export interface Books {
  bookings: { bookingId: string; quantity: number; status: string }[];
  available: number;
}

/** The list comes from an index, and availability from a memory of a second: they may be late, but not for long. */
const patienceMs = 6_000;

/** Asks until the answers agree with what the clients saw, or for six seconds. */
export async function audit(
  api: Api,
  eventId: string,
  capacity: number,
  attempts: readonly Attempt[],
): Promise<{ books: Books; verdict: Verdict }> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const books = { bookings: await listBookings(api, eventId), available: await readAvailable(api, eventId) };
    const verdict = judge(capacity, attempts, books);
    if (verdict.holds || Date.now() > deadline) return { books, verdict };
    await wait(500);
  }
}

async function listBookings(api: Api, eventId: string): Promise<Books['bookings']> {
  const bookings: Books['bookings'] = [];
  for (let cursor: string | undefined, first = true; first || cursor; first = false) {
    const query = `limit=100${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`;
    const answer = await api.sendAsAdmin('GET', `/admin/events/${eventId}/bookings?${query}`);
    const page = expected<{ items: Books['bookings']; nextCursor?: string }>(answer, 200, 'Listing the bookings');
    bookings.push(...page.items);
    cursor = page.nextCursor;
  }
  return bookings;
}

async function readAvailable(api: Api, eventId: string): Promise<number> {
  const answer = await api.send('GET', `/events/${eventId}`);
  const { tiers } = expected<{ tiers: { available: number }[] }>(answer, 200, 'Reading the event');
  return tiers.reduce((sum, { available }) => sum + available, 0);
}

export interface Verdict {
  sold: number;
  /** Seats sold twice, or that do not exist. */
  oversold: number;
  /** Seats that stayed free although somebody who could have had them went away without. */
  lost: number;
  /** Bookings that were confirmed to a client and are not in the books, or not as they were confirmed. */
  missing: number;
  /** Bookings in the books that no client was told of; a lost answer explains one. */
  untold: number;
  /** What of the above, and of the number of free seats, is not as it should be. */
  faults: string[];
  holds: boolean;
}

/** Compares what the clients were told with what the service has in its books. */
export function judge(capacity: number, attempts: readonly Attempt[], { bookings, available }: Books): Verdict {
  const listed = new Map(bookings.map((booking) => [booking.bookingId, booking]));
  const confirmed = attempts.filter(({ outcome }) => outcome === 'confirmed');
  const told = new Set(confirmed.map(({ bookingId }) => bookingId));
  const missing = confirmed.filter(({ bookingId = '', quantity }) => {
    const booking = listed.get(bookingId);
    return booking?.status !== 'CONFIRMED' || booking.quantity !== quantity;
  }).length;
  const untold = [...listed.keys()].filter((bookingId) => !told.has(bookingId)).length;
  const unanswered = attempts.filter(({ outcome }) => outcome === 'error').length;

  const sold = sumOf([...listed.values()].filter(({ status }) => status === 'CONFIRMED'));
  const left = capacity - sold;
  const refused = attempts.filter(({ outcome }) => outcome !== 'confirmed');
  const couldHaveHad = refused.some(({ quantity }) => quantity <= left);
  const lost = couldHaveHad ? Math.min(left, sumOf(refused)) : 0;
  const oversold = Math.max(0, -left);

  const faults = [
    oversold > 0 && `${oversold} seats were sold that do not exist`,
    lost > 0 && `${lost} seats stayed free although people went away without`,
    missing > 0 && `${missing} bookings were confirmed and are not in the books`,
    untold > unanswered && `${untold} bookings are in the books that nobody was told of`,
    told.size !== confirmed.length && `${confirmed.length - told.size} requests got the booking of another one`,
    listed.size !== bookings.length && 'the pages of the list overlap',
    available !== left && `${available} seats are shown as free, ${left} are`,
  ].filter((fault) => fault !== false);
  return { sold, oversold, lost, missing, untold, faults, holds: faults.length === 0 };
}

const sumOf = (list: readonly { quantity: number }[]): number => list.reduce((sum, { quantity }) => sum + quantity, 0);
