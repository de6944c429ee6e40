import { setTimeout as wait } from 'node:timers/promises';
import { type Answer, type Api, expected, faultOf } from '../support/api.ts';
import type { RushOptions } from './options.ts';

/** One booking that somebody tried, with what became of it. */
export interface Attempt {
  quantity: number;
  /** `error`: no answer at all, or a 5xx. */
  outcome: 'confirmed' | 'sold out' | 'waitlist first' | 'other' | 'error';
  /** Problem code, status or error code: what a table can be made of. */
  reason: string;
  bookingId?: string;
  /** From the first sending to the last answer. */
  ms: number;
  /** How often it was sent again after a 503. */
  retries: number;
  /** When the answer was there; performance.now(). */
  answeredAt: number;
}

export interface Show {
  eventId: string;
  etag: string;
}

/** A draft with one tier, invisible and not on sale. */
export async function createDraft(api: Api, runId: string, { capacity, quantity }: RushOptions): Promise<Show> {
  const inAMonth = new Date(Date.now() + 30 * 24 * 60 * 60 * 1_000).toISOString();
  const tier = { tierId: 'standard', name: 'Standard', price: 4_900, currency: 'EUR', capacity };
  const answer = await api.sendAsAdmin('POST', '/admin/events', {
    body: {
      name: `Rush ${runId}`,
      category: 'rehearsal',
      venue: { name: 'Rehearsal Hall' },
      timezone: 'Europe/Berlin',
      startsAt: inAMonth,
      status: 'DRAFT',
      tiers: [{ ...tier, maxPerBooking: quantity }],
    },
  });
  const { eventId } = expected<{ eventId: string }>(answer, 201, 'Creating the event');
  return { eventId, etag: String(answer.headers.etag) };
}

export async function openSale(api: Api, { eventId, etag }: Show): Promise<void> {
  const message = { headers: { 'if-match': etag }, body: { status: 'PUBLISHED' } };
  expected(await api.sendAsAdmin('PATCH', `/admin/events/${eventId}`, message), 200, 'Opening the sale');
}

/** Bookings that are sent again after a 503, at most so often. */
const maxRetries = 5;

/** Everybody books at once, as fast as they get answers, until all requests are spent. */
export async function rush(
  api: Api,
  show: Show,
  tokens: readonly string[],
  options: RushOptions & { runId: string; onAnswer: (attempt: Attempt, token: string) => Promise<void> },
): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  let next = 0;
  const client = async () => {
    for (let number = next++; number < options.requests; number = next++) {
      const token = tokens[number % tokens.length] ?? '';
      const authorization = `Bearer ${token}`;
      const quantity = 1 + Math.floor(Math.random() * options.quantity);
      const headers = { authorization, ...(options.keys && { 'idempotency-key': `${options.runId}-${number}` }) };
      const message = { headers, body: { eventId: show.eventId, tierId: 'standard', quantity } };
      const attempt = { ...(await tryToBook(api, message)), quantity };
      attempts.push(attempt);
      await options.onAnswer(attempt, token);
    }
  };
  await Promise.all(Array.from({ length: options.clients }, client));
  return attempts;
}

type Message = { headers: Record<string, string>; body: object };

async function tryToBook(api: Api, message: Message): Promise<Omit<Attempt, 'quantity'>> {
  const startedAt = performance.now();
  let retries = 0;
  const done = (result: Pick<Attempt, 'outcome' | 'reason' | 'bookingId'>) => {
    const answeredAt = performance.now();
    return { ...result, ms: answeredAt - startedAt, retries, answeredAt };
  };
  // Without a key a second sending could be a second booking.
  const isSafeToRepeat = 'idempotency-key' in message.headers;
  for (;;) {
    try {
      const answer = await api.send('POST', '/bookings', message);
      const retryAfter = Number(answer.headers['retry-after']);
      if (answer.status !== 503 || !(retryAfter >= 0) || !isSafeToRepeat || retries === maxRetries) {
        return done(resultOf(answer));
      }
      retries += 1;
      await wait(retryAfter * 1_000);
    } catch (error) {
      return done({ outcome: 'error', reason: faultOf(error) });
    }
  }
}

function resultOf({ status, body }: Answer): Pick<Attempt, 'outcome' | 'reason' | 'bookingId'> {
  const { bookingId, code } = (body ?? {}) as { bookingId?: string; code?: string };
  if (status === 201 && bookingId) return { outcome: 'confirmed', reason: '201', bookingId };
  if (code === 'sold-out') return { outcome: 'sold out', reason: code };
  if (code === 'waitlist-first') return { outcome: 'waitlist first', reason: code };
  return { outcome: status >= 500 ? 'error' : 'other', reason: code ?? String(status) };
}
