import { setTimeout as wait } from 'node:timers/promises';
import { type Api, expected } from '../support/api.ts';
import type { Step } from './crowd.ts';
import { type Entry, listEntries, outOfOrder } from './line.ts';
import type { Attempt } from './on-sale.ts';

/** What the service says afterwards. */
export interface Books {
  bookings: { bookingId: string; quantity: number; status: string }[];
  available: number;
  /** The waitlist, in the order in which people joined. */
  entries: Entry[];
}
/** What the clients did, and what they were told. */
export interface Told {
  attempts: readonly Attempt[];
  steps: readonly Step[];
}

/** The list comes from an index, and availability from a memory of a second: they may be late, but not for long. */
const patienceMs = 6_000;

/** Asks until the answers agree with what the clients saw, or for six seconds. */
export async function audit(
  api: Api,
  eventId: string,
  capacity: number,
  told: Told,
): Promise<{ books: Books; verdict: Verdict }> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const books = {
      bookings: await listBookings(api, eventId),
      available: await readAvailable(api, eventId),
      entries: await listEntries(api, eventId),
    };
    const verdict = judge(capacity, told, books);
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
  promoted: number;
  waiting: number;
  /** What of the above, and of the number of free seats, is not as it should be. */
  faults: string[];
  holds: boolean;
}

/** Compares what the clients were told with what the service has in its books. */
export function judge(capacity: number, { attempts, steps }: Told, { bookings, available, entries }: Books): Verdict {
  const listed = new Map(bookings.map((booking) => [booking.bookingId, booking]));
  const confirmed = attempts.filter(({ outcome }) => outcome === 'confirmed');
  const promoted = entries.filter(({ status }) => status === 'PROMOTED');
  const cancelled = new Map(steps.filter(({ what }) => what === 'cancel').map((step) => [step.bookingId, step]));
  const isAsTold = ({ bookingId = '', quantity }: { bookingId?: string; quantity: number }) => {
    const { status, quantity: booked } = listed.get(bookingId) ?? {};
    const { outcome } = cancelled.get(bookingId) ?? {};
    const isStatus = status === (outcome === 'done' ? 'CANCELLED' : 'CONFIRMED');
    return booked === quantity && (isStatus || (outcome === 'error' && status === 'CANCELLED'));
  };
  const missing = [...confirmed, ...promoted].filter((booking) => !isAsTold(booking)).length;
  const told = new Set([...confirmed, ...promoted].map(({ bookingId }) => bookingId));
  const untold = [...listed.keys()].filter((bookingId) => !told.has(bookingId)).length;
  const unanswered = attempts.filter(({ outcome }) => outcome === 'error').length;

  const sold = sumOf(bookings.filter(({ status }) => status === 'CONFIRMED'));
  const left = capacity - sold;
  const oversold = Math.max(0, -left);
  const waiting = entries.filter(({ status }) => status === 'WAITING');
  // Seats that were given back may have become free after somebody went away; all others were free already then.
  const neverTaken = left - sumOf(bookings.filter(({ status }) => status === 'CANCELLED'));
  const wentAway = attempts.filter(({ outcome }) => outcome !== 'confirmed' && outcome !== 'waitlist first');
  const lost = Math.max(lostTo(wentAway, neverTaken), lostTo(waiting, left));

  const disorder = outOfOrder(entries);
  const refusals = steps.filter(({ what, outcome }) => what === 'cancel' && outcome === 'refused').length;
  const faults = [
    oversold > 0 && `${oversold} seats were sold that do not exist`,
    lost > 0 && `${lost} seats stayed free although people went away without`,
    missing > 0 && `${missing} bookings are not in the books as people were told`,
    untold > unanswered && `${untold} bookings are in the books that nobody was told of`,
    told.size !== confirmed.length + promoted.length && 'several requests or places in line got one booking',
    listed.size !== bookings.length && 'the pages of the list overlap',
    available !== left && `${available} seats are shown as free, ${left} are`,
    refusals > 0 && `${refusals} bookings could not be cancelled`,
    disorder > 0 && `${disorder} people were promoted before others whom the seats fitted`,
  ].filter((fault) => fault !== false);
  const counts = { sold, oversold, lost, missing, untold, promoted: promoted.length, waiting: waiting.length };
  return { ...counts, faults, holds: faults.length === 0 };
}

/** Of so many free seats, those that somebody in the list could have had. */
function lostTo(list: readonly { quantity: number }[], free: number): number {
  return list.some(({ quantity }) => quantity <= free) ? Math.min(free, sumOf(list)) : 0;
}

const sumOf = (list: readonly { quantity: number }[]): number => list.reduce((sum, { quantity }) => sum + quantity, 0);
