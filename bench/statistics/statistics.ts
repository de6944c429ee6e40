import { setTimeout as wait } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, paginateScan } from '@aws-sdk/lib-dynamodb';
import { totalKey } from '../../functions/store/keys.ts';
import type { StackOutputs } from '../../local/outputs.ts';
import { createApi, expected } from '../support/api.ts';
import { signInPeople } from '../support/people.ts';
import { quantile } from '../support/statistics.ts';
import { print, tableText } from '../support/table.ts';
import { administratorOf } from '../support/target.ts';

export interface StatisticWrites {
  bookings: number;
  /** Items of statistics written: what was seen of shards, totals and days, of the event and of all together. */
  writes: number;
  writesPer1000: number;
  target: number;
  /** From the answer to a booking to the total that has it. */
  commitToStatisticsMs: { p50: number; p99: number };
}

const clients = 50;
const bookings = 10_000;
const target = 500;
/** 64 shards, as many as a tier has, so that no batch has fewer items to write because the event is small. */
const capacity = 100_000;
const samples = 40;
const pollMs = 10;

/** Counts what statistics write while many people book, and how long they take to know of a single booking. */
export async function measureStatistics(outputs: StackOutputs): Promise<StatisticWrites> {
  const administrator = administratorOf(outputs);
  const api = createApi(outputs.apiUrl, clients, administrator);
  const documents = documentsOf(outputs);
  try {
    const tokens = await signInPeople(api, administrator, clients);
    const eventId = await createEvent(api);
    const book = async (token: string) =>
      expected(
        await api.send('POST', '/bookings', {
          headers: { authorization: `Bearer ${token}` },
          body: { eventId, quantity: 1 },
        }),
        201,
        'Booking',
      );
    const sold = async (): Promise<number> => {
      const { Item } = await documents.send(
        new GetCommand({ TableName: outputs.tableName, Key: totalKey(eventId), ConsistentRead: true }),
      );
      return Number(Item?.sold ?? 0);
    };
    const until = async (wanted: number) => {
      while ((await sold()) < wanted) await wait(pollMs);
    };
    const before = await countWrites(documents, outputs.tableName);
    let left = bookings;
    await Promise.all(
      tokens.map(async (token) => {
        while (left-- > 0) await book(token);
      }),
    );
    await until(bookings);
    const writes = (await countWrites(documents, outputs.tableName)) - before;

    const delays: number[] = [];
    for (let sample = 1; sample <= samples; sample += 1) {
      await book(tokens[0] ?? '');
      const answeredAt = performance.now();
      await until(bookings + sample);
      delays.push(performance.now() - answeredAt);
    }
    const commitToStatisticsMs = { p50: quantile(delays, 0.5), p99: quantile(delays, 0.99) };
    return { bookings, writes, writesPer1000: (writes / bookings) * 1_000, target, commitToStatisticsMs };
  } finally {
    documents.destroy();
    await api.close();
  }
}

function documentsOf({ dynamodbEndpoint, region }: StackOutputs): DynamoDBDocumentClient {
  const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' };
  return DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: dynamodbEndpoint, region, credentials }));
}

/** Every item of statistics counts how often it was written. */
async function countWrites(documents: DynamoDBDocumentClient, tableName: string): Promise<number> {
  let writes = 0;
  const scan = {
    TableName: tableName,
    FilterExpression: 'begins_with(pk, :statistics)',
    ExpressionAttributeValues: { ':statistics': 'STATS#' },
    ConsistentRead: true,
  };
  for await (const { Items = [] } of paginateScan({ client: documents }, scan)) {
    for (const item of Items) writes += Number(item.revision ?? 0);
  }
  return writes;
}

async function createEvent(api: ReturnType<typeof createApi>): Promise<string> {
  const body = {
    name: 'Statistics',
    venue: { name: 'Bench' },
    timezone: 'Europe/Berlin',
    startsAt: new Date(Date.now() + 24 * 60 * 60 * 1_000).toISOString(),
    tiers: [{ tierId: 'standard', name: 'Standard', price: 4_900, currency: 'EUR', capacity }],
  };
  return expected<{ eventId: string }>(await api.sendAsAdmin('POST', '/admin/events', { body }), 201, 'An event')
    .eventId;
}

export function printStatistics({
  bookings,
  writes,
  writesPer1000,
  target,
  commitToStatisticsMs,
}: StatisticWrites): void {
  print(
    `\nStatistics: items written while ${bookings} bookings are made by ${clients} clients on one event of 64 shards`,
  );
  const { p50, p99 } = commitToStatisticsMs;
  print(
    tableText(
      ['', ''],
      [
        ['writes', writes],
        ['writes per 1,000 bookings', writesPer1000.toFixed(1)],
        ['booking answered → in the statistics, p50', `${Math.round(p50)} ms`],
        ['… p99', `${Math.round(p99)} ms`],
      ],
    ),
  );
  print(`${writes} writes, target below ${target}: ${writes < target ? 'met' : 'MISSED'}`);
}
