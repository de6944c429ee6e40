import { setTimeout as wait } from 'node:timers/promises';
import { ulid } from 'ulid';
import { joinWaitlist } from '../../functions/store/join-waitlist.ts';
import { waitlistEntryKey } from '../../functions/store/keys.ts';
import { getItem } from '../../functions/store/read.ts';
import type { StackOutputs } from '../../local/outputs.ts';
import { type Api, createApi, expected } from '../support/api.ts';
import { signInPeople } from '../support/people.ts';
import { untilQueuesAreEmpty } from '../support/queues.ts';
import { quantile } from '../support/statistics.ts';
import { print, tableText } from '../support/table.ts';
import { administratorOf } from '../support/target.ts';
import { countMessages, type Messages } from './messages.ts';

export interface Promotions {
  inLine: number;
  promotions: number;
  /** From the answer to a cancellation to the entry that is promoted. */
  freedToPromotedMs: { p50: number; p99: number };
  /** To each worker, for a seat that is freed, its promotion, and one person who joins instead. */
  messagesPerPromotion: Messages;
  targetMs: number;
}

/** Freed seat to promoted booking. */
const targetMs = 2_000;
const samples = 100;
const tierId = 'standard';
/** Ten shards; all that is not sold seat by seat goes to one large booking. */
const capacity = 1_000;
const pollMs = 5;
const quietMs = 60_000;

/**
 * Frees one seat after another of a tier for which people wait, the line being as long each time, and watches the entry
 * that is next. This process has to have the environment of a function: people join through the store, since an
 * account for each would take longer than everything else.
 */
export async function measurePromotions(outputs: StackOutputs, lines: readonly number[]): Promise<Promotions[]> {
  const administrator = administratorOf(outputs);
  const api = createApi(outputs.apiUrl, 8, administrator);
  try {
    const [token = ''] = await signInPeople(api, administrator, 1);
    const results: Promotions[] = [];
    for (const inLine of lines) results.push(await measureLine(outputs, api, token, inLine));
    return results;
  } finally {
    await api.close();
  }
}

async function measureLine(outputs: StackOutputs, api: Api, token: string, inLine: number): Promise<Promotions> {
  const eventId = await createEvent(api);
  const bookingIds = await sellOut(api, token, eventId);
  for (let person = 0; person < inLine; person += 1) await join(eventId);
  await untilQueuesAreEmpty(outputs, quietMs);

  const messages = await countMessages(outputs);
  const delays: number[] = [];
  for (const [index, bookingId] of bookingIds.entries()) {
    const headers = { authorization: `Bearer ${token}` };
    expected(await api.send('DELETE', `/bookings/${bookingId}`, { headers }), 200, 'Cancelling');
    const freedAt = performance.now();
    while ((await getItem(waitlistEntryKey(eventId, tierId, index + 1)))?.status !== 'PROMOTED') await wait(pollMs);
    delays.push(performance.now() - freedAt);
    await join(eventId);
  }
  await untilQueuesAreEmpty(outputs, quietMs);
  const counted = Object.entries(await messages.take()).map(([worker, count]) => [worker, count / samples]);
  messages.close();
  return {
    inLine,
    promotions: delays.length,
    freedToPromotedMs: { p50: quantile(delays, 0.5), p99: quantile(delays, 0.99) },
    messagesPerPromotion: Object.fromEntries(counted) as Messages,
    targetMs,
  };
}

async function createEvent(api: Api): Promise<string> {
  const tier = { tierId, name: 'Standard', price: 4_900, currency: 'EUR', capacity, maxPerBooking: 100 };
  const body = {
    name: 'Promotions',
    venue: { name: 'Bench' },
    timezone: 'Europe/Berlin',
    startsAt: new Date(Date.now() + 24 * 60 * 60 * 1_000).toISOString(),
    tiers: [tier],
  };
  return expected<{ eventId: string }>(await api.sendAsAdmin('POST', '/admin/events', { body }), 201, 'An event')
    .eventId;
}

/** @returns bookings of one seat each */
async function sellOut(api: Api, token: string, eventId: string): Promise<string[]> {
  const book = async (quantity: number) => {
    const message = { headers: { authorization: `Bearer ${token}` }, body: { eventId, quantity } };
    return expected<{ bookingId: string }>(await api.send('POST', '/bookings', message), 201, 'Booking').bookingId;
  };
  for (let left = capacity - samples; left > 0; left -= 100) await book(Math.min(left, 100));
  const bookingIds: string[] = [];
  while (bookingIds.length < samples) bookingIds.push(await book(1));
  return bookingIds;
}

function join(eventId: string): Promise<unknown> {
  const joinId = `wtl_${ulid()}`;
  return joinWaitlist({ eventId, tierId, quantity: 1, userId: joinId, joinId, remainingMs: () => 10_000 });
}

export function printPromotions(results: readonly Promotions[]): void {
  print(`\nPromotions: ${samples} seats become free one by one, and each time somebody joins the line instead`);
  const rows = results.map(({ inLine, freedToPromotedMs: { p50, p99 }, messagesPerPromotion, targetMs }) => [
    `${inLine} in line`,
    Math.round(p50),
    Math.round(p99),
    messagesPerPromotion['promote-waitlist'].toFixed(2),
    Object.values(messagesPerPromotion)
      .reduce((sum, count) => sum + count, 0)
      .toFixed(2),
    `${targetMs} ms: ${p99 < targetMs ? 'met' : 'MISSED'}`,
  ]);
  print(tableText(['', 'p50 ms', 'p99 ms', 'messages to the promoter', 'to all workers', 'target'], rows));
}
