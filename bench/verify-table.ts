import { setTimeout as wait } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, DynamoDBDocumentClient, paginateQuery, paginateScan } from '@aws-sdk/lib-dynamodb';
import { gsi1, type Key } from '../functions/store/keys.ts';
import { caughtUp, type Report } from './verify/findings.ts';
import type { Item, Kind } from './verify/items.ts';
import { createLedger } from './verify/ledger.ts';
import { type Reader, secondLook } from './verify/second-look.ts';

export interface TableReport extends Report {
  /** Items of each kind that the scan saw. */
  counts: Record<Kind, number>;
}

export interface TableToVerify {
  client: DynamoDBClient;
  tableName: string;
  /** Called after each page with the number of items so far. */
  onProgress?: (items: number) => void;
  /**
   * How long what follows from a change by the workers may take: as long as nothing else is broken, the table is read
   * again until it does, or time is up.
   * @default 15000
   */
  settleMs?: number;
}

/**
 * Reads a whole table and checks the invariants of the data model.
 *
 * The scan is no snapshot, so the table should be quiet; findings that a second reading does not show are dropped.
 *
 * @returns what is broken, and how often each rule was applied
 */
export async function verifyTable({ settleMs = 15_000, ...table }: TableToVerify): Promise<TableReport> {
  const settledAt = performance.now() + settleMs;
  for (;;) {
    const report = await readTable(table);
    const isBehind = report.findings.length > 0 && report.findings.every(({ rule }) => caughtUp.has(rule));
    if (!isBehind || performance.now() >= settledAt) return report;
    await wait(500);
  }
}

async function readTable({ client, tableName, onProgress }: Omit<TableToVerify, 'settleMs'>): Promise<TableReport> {
  const documents = DynamoDBDocumentClient.from(client);
  const ledger = createLedger();
  let items = 0;
  for await (const page of paginateScan({ client: documents }, { TableName: tableName, ConsistentRead: true })) {
    for (const item of page.Items ?? []) ledger.add(item);
    items += page.Items?.length ?? 0;
    onProgress?.(items);
  }
  const report = ledger.close();
  const findings = await secondLook(report.findings, readerOf(documents, tableName));
  return { ...report, findings, counts: ledger.counts };
}

function readerOf(documents: DynamoDBDocumentClient, tableName: string): Reader {
  const query = async (input: object): Promise<Item[]> => {
    const items: Item[] = [];
    for await (const page of paginateQuery({ client: documents }, { TableName: tableName, ...input })) {
      items.push(...(page.Items ?? []));
    }
    return items;
  };
  return {
    getItems: async (keys) => {
      const batches = Array.from({ length: Math.ceil(keys.length / 100) }, (_, n) =>
        keys.slice(n * 100, n * 100 + 100),
      );
      return (await Promise.all(batches.map((batch) => getBatch(documents, tableName, batch)))).flat();
    },
    queryPartition: (pk) =>
      query({
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': pk },
        ConsistentRead: true,
      }),
    queryIndex: (gsi1pk) =>
      query({ IndexName: gsi1, KeyConditionExpression: 'gsi1pk = :pk', ExpressionAttributeValues: { ':pk': gsi1pk } }),
  };
}

async function getBatch(documents: DynamoDBDocumentClient, table: string, batch: readonly Key[]): Promise<Item[]> {
  const items: Item[] = [];
  let keys: Record<string, unknown>[] = batch.map((key) => ({ ...key }));
  while (keys.length > 0) {
    const command = new BatchGetCommand({ RequestItems: { [table]: { Keys: keys, ConsistentRead: true } } });
    const { Responses, UnprocessedKeys } = await documents.send(command);
    items.push(...(Responses?.[table] ?? []));
    keys = UnprocessedKeys?.[table]?.Keys ?? [];
  }
  return items;
}
