import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ulid } from 'ulid';
import { actAsFunction } from '../costs/function-environment.ts';
import { startBareTable } from '../support/bare-table.ts';
import { median } from '../support/statistics.ts';
import { print, tableText } from '../support/table.ts';
import { perSecond } from './per-second.ts';

export interface InProcess {
  atOnce: number;
  rounds: { bookingsPerSecond: number; rawPerSecond: number; ratio: number }[];
  /** Medians of the rounds. */
  bookingsPerSecond: number;
  ratio: number;
}

const atOnce = 4;
const people = 400;
const rounds = 8;
const roundMs = 2_000;
const warmUpMs = 4_000;
const capacity = 100_000;

/**
 * Bookings a second of the handler itself, without gateway and workers, divided by the bare transactions of the same items
 * that the same database takes from the same process. Both take turns.
 */
export async function measureInProcess(): Promise<InProcess> {
  await using parts = new AsyncDisposableStack();
  const table = await startBareTable();
  parts.defer(() => table.stop());
  actAsFunction(table);
  // Only now: what speaks DynamoDB reads the environment when it is imported.
  const { call } = await import('../costs/invoke.ts');
  const { eventBody } = await import('../costs/sample-event.ts');
  const { createRawWriter } = await import('./raw-writes.ts');
  const createEvent = async () =>
    String((await call('createEventAsAdmin', { body: eventBody(capacity), headers: keyed() })).body.eventId);
  const client = new DynamoDBClient({ maxAttempts: 1 });
  parts.defer(() => client.destroy());
  const raw = await createRawWriter(await createEvent(), client);
  const body = { eventId: await createEvent(), tierId: 'standard', quantity: 1 };
  let requests = 0;
  const book = async () => {
    requests += 1;
    const userId = `user-${requests % people}`;
    const { status } = await call('createBooking', { body, headers: keyed(), userId });
    if (status !== 201) throw new Error(`a booking was answered with ${status}`);
  };
  await perSecond(book, atOnce, warmUpMs);
  await perSecond(raw.write, atOnce, warmUpMs / 2);
  const results: InProcess['rounds'] = [];
  for (let round = 0; round < rounds; round += 1) {
    const bookingsPerSecond = await perSecond(book, atOnce, roundMs);
    const rawPerSecond = await perSecond(raw.write, atOnce, roundMs);
    results.push({ bookingsPerSecond, rawPerSecond, ratio: bookingsPerSecond / rawPerSecond });
  }
  return {
    atOnce,
    rounds: results,
    bookingsPerSecond: median(results.map(({ bookingsPerSecond }) => bookingsPerSecond)),
    ratio: median(results.map(({ ratio }) => ratio)),
  };
}

const keyed = () => ({ 'idempotency-key': ulid() });

export function printInProcess({ atOnce, rounds, bookingsPerSecond, ratio }: InProcess): void {
  print(
    `\nBookings a second of the handler in this process, ${atOnce} at a time, against bare transactions of the same items`,
  );
  const rows = rounds.map((round, index) => [
    `round ${index + 1}`,
    Math.round(round.bookingsPerSecond),
    Math.round(round.rawPerSecond),
    round.ratio.toFixed(2),
  ]);
  print(tableText(['', 'bookings/s', 'transactions/s', 'ratio'], rows));
  print(`${Math.round(bookingsPerSecond)} bookings/s, ratio ${ratio.toFixed(2)} (medians)`);
}
