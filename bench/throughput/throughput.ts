import { ulid } from 'ulid';
import { Pool } from 'undici';
import { createApi, expected } from '../support/api.ts';
import { signInPeople } from '../support/people.ts';
import { untilQueuesAreEmpty } from '../support/queues.ts';
import { median } from '../support/statistics.ts';
import { print, tableText } from '../support/table.ts';
import { administratorOf } from '../support/target.ts';
import type { ThrowAwayStack } from '../support/throw-away-stack.ts';
import { startBareDatabase } from './bare-database.ts';
import { perSecond } from './per-second.ts';
import { addDifference, processorTimes } from './processor-time.ts';
import { createRawWriter } from './raw-writes.ts';

export interface Throughput {
  clients: number;
  rounds: { bookingsPerSecond: number; rawPerSecond: number; ratio: number }[];
  /** Median of the rounds. */
  ratio: number;
  /** What a booking takes of the processors while people book; empty where the system does not tell. */
  processorMs: Record<string, number>;
  target: number;
}

const clients = 50;
const rounds = 8;
const roundMs = 2_000;
/** Long enough for the functions to start and for the compilers to settle. */
const warmUpMs = 4_000;
/** The shards of a large tier, and more seats than can be sold meanwhile. */
const capacity = 100_000;
const target = 0.7;
/** Patience with what follows from the bookings of a round. */
const quietMs = 120_000;

/**
 * Bookings a second through HTTP on one event, divided by the bare transactions a second that a database of the same
 * kind takes. Both take turns, so that what else the machine does meets them alike; what bookings cause later competes
 * with bookings, and is over before the bare transactions have their turn.
 */
export async function measureThroughput({ outputs, pid }: ThrowAwayStack): Promise<Throughput> {
  const administrator = administratorOf(outputs);
  const api = createApi(outputs.apiUrl, clients, administrator);
  const pool = new Pool(outputs.apiUrl, { connections: clients });
  const rawEventId = await createEvent(api);
  const bare = await startBareDatabase(outputs);
  const raw = await createRawWriter(rawEventId, bare.client);
  try {
    const tokens = await signInPeople(api, administrator, clients);
    const eventId = await createEvent(api);
    const bookThroughHttp = (client: number) => book(pool, eventId, tokens[client] ?? '');
    await perSecond(bookThroughHttp, clients, warmUpMs);
    await untilQueuesAreEmpty(outputs, quietMs);
    await perSecond(raw.write, clients, warmUpMs / 2);
    const results: Throughput['rounds'] = [];
    const processor = new Map<string, number>();
    for (let round = 0; round < rounds; round += 1) {
      const before = await processorTimes(pid);
      const bookingsPerSecond = await perSecond(bookThroughHttp, clients, roundMs);
      addDifference(processor, before, await processorTimes(pid));
      await untilQueuesAreEmpty(outputs, quietMs);
      const rawPerSecond = await perSecond(raw.write, clients, roundMs);
      results.push({ bookingsPerSecond, rawPerSecond, ratio: bookingsPerSecond / rawPerSecond });
    }
    const bookings = results.reduce((sum, { bookingsPerSecond }) => sum + (bookingsPerSecond * roundMs) / 1_000, 0);
    const processorMs = Object.fromEntries([...processor].map(([part, ms]) => [part, ms / bookings]));
    return { clients, rounds: results, ratio: median(results.map(({ ratio }) => ratio)), processorMs, target };
  } finally {
    await Promise.all([pool.close(), api.close(), bare.stop()]);
  }
}

async function createEvent(api: ReturnType<typeof createApi>): Promise<string> {
  const body = {
    name: 'Throughput',
    venue: { name: 'Bench' },
    timezone: 'Europe/Berlin',
    startsAt: new Date(Date.now() + 24 * 60 * 60 * 1_000).toISOString(),
    tiers: [{ tierId: 'standard', name: 'Standard', price: 4_900, currency: 'EUR', capacity }],
  };
  const answer = await api.sendAsAdmin('POST', '/admin/events', { body });
  return expected<{ eventId: string }>(answer, 201, 'Creating the event').eventId;
}

/** The cheapest client there is: it shares the processor with what it measures. */
async function book(pool: Pool, eventId: string, token: string): Promise<void> {
  const { statusCode, body } = await pool.request({
    method: 'POST',
    path: '/bookings',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'idempotency-key': ulid(),
    },
    body: `{"eventId":"${eventId}","tierId":"standard","quantity":1}`,
  });
  if (statusCode !== 201) throw new Error(`a booking was answered with ${statusCode}: ${await body.text()}`);
  await body.dump();
}

export function printThroughput({ rounds, ratio, processorMs, target }: Throughput): void {
  print(
    `\nThroughput: bookings a second on one event, ${clients} clients, against bare transactions of the same items`,
  );
  const rows = rounds.map(({ bookingsPerSecond, rawPerSecond, ratio }, index) => [
    `round ${index + 1}`,
    Math.round(bookingsPerSecond),
    Math.round(rawPerSecond),
    ratio.toFixed(2),
  ]);
  print(tableText(['', 'bookings/s through HTTP', 'transactions/s', 'ratio'], rows));
  const parts = Object.entries(processorMs).sort(([, a], [, b]) => b - a);
  if (parts.length > 0)
    print(
      tableText(
        ['while people book', 'ms of a processor, a booking'],
        parts.map(([part, ms]) => [part, ms.toFixed(2)]),
      ),
    );
  print(`ratio ${ratio.toFixed(2)} (median), target ${target}: ${ratio >= target ? 'met' : 'MISSED'}`);
}
