import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { ulid } from 'ulid';
import { vi } from 'vitest';
import { startDynoxide } from '../../local/dynoxide.ts';
import { testDatabase } from './stack.ts';

type Item = Record<string, unknown>;

/**
 * A table with nothing behind it: no stream is read, so that a test decides which messages a worker is given. What
 * speaks to it has to be imported after this.
 */
export async function withTable() {
  const directory = await mkdtemp(join(tmpdir(), 'evently-'));
  const { platform, arch } = process;
  const { dynamodbEndpoint } = testDatabase();
  const database = dynamodbEndpoint
    ? { endpoint: dynamodbEndpoint, stop: async () => undefined }
    : await startDynoxide(directory, { platform, arch, path: process.env.PATH ?? '' });
  const tableName = `workers-${ulid()}`;
  vi.stubEnv('TABLE_NAME', tableName);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', database.endpoint);
  const client = new DynamoDBClient({});
  const text = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' as const });
  const keyOf = (hash: string, range: string) => [
    { AttributeName: hash, KeyType: 'HASH' as const },
    { AttributeName: range, KeyType: 'RANGE' as const },
  ];
  await client.send(
    new CreateTableCommand({
      TableName: tableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk', 'gsi1pk', 'gsi1sk'].map(text),
      KeySchema: keyOf('pk', 'sk'),
      GlobalSecondaryIndexes: [
        { IndexName: 'gsi1', KeySchema: keyOf('gsi1pk', 'gsi1sk'), Projection: { ProjectionType: 'ALL' } },
      ],
    }),
  );
  const documents = DynamoDBDocumentClient.from(client);
  return {
    client,
    tableName,
    /** All items whose sort key begins so. */
    itemsOf: async (prefix: string): Promise<Item[]> => {
      const items: Item[] = [];
      let start: Item | undefined;
      do {
        const page = await documents.send(
          new ScanCommand({ TableName: tableName, ConsistentRead: true, ...(start && { ExclusiveStartKey: start }) }),
        );
        items.push(...(page.Items ?? []));
        start = page.LastEvaluatedKey;
      } while (start);
      return items.filter(({ sk }) => String(sk).startsWith(prefix));
    },
    stop: async () => {
      if (dynamodbEndpoint) await client.send(new DeleteTableCommand({ TableName: tableName }));
      client.destroy();
      await database.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

let records = 0;
/** A message about a change, as a pipe makes it. */
export function changeMessage(after: Item, before?: Item): string {
  records += 1;
  const image = (item: Item) => marshall(item, { removeUndefinedValues: true });
  return JSON.stringify({
    eventID: `record-${records}`,
    eventName: before ? 'MODIFY' : 'INSERT',
    dynamodb: { SequenceNumber: String(records), NewImage: image(after), ...(before && { OldImage: image(before) }) },
  });
}

type Worker = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

/** Gives messages to a worker. @returns the places of those that failed */
export async function deliver(
  worker: Worker,
  bodies: readonly string[],
  remainingMs: () => number = () => 60_000,
): Promise<number[]> {
  const event = { Records: bodies.map((body, index) => ({ messageId: String(index), body })) };
  const context = { awsRequestId: 'lambda-1', getRemainingTimeInMillis: remainingMs };
  const { batchItemFailures } = await worker(event as unknown as SQSEvent, context as Context);
  return batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier)).sort((a, b) => a - b);
}
