import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { isChange, openStream, type StreamRecord } from '../../../local/dynamodb-streams.ts';
import { startDynoxide } from '../../../local/dynoxide.ts';
import { fileStream } from '../../../local/dynoxide-stream.ts';
import { createHttpForward } from '../../support/faulty-dynamodb/http-forward.ts';
import type { DynamoRequest, DynamoResponse } from '../../support/faulty-dynamodb/types.ts';

const region = 'us-east-1';
/** The name that functions know; each history has a table of its own behind it. */
export const knownTable = 'chaos';

/** A table of one history. */
export interface Table {
  /** Carries a request out; the next one waits for it. @returns the answer and what it changed */
  ask(request: DynamoRequest): Promise<{ response: DynamoResponse; records: StreamRecord[] }>;
  drop(): Promise<void>;
}

export interface Database {
  createTable(): Promise<Table>;
  stop(): Promise<void>;
}

/** Starts the embedded database for many histories. */
export async function startDatabase(): Promise<Database> {
  const directory = await mkdtemp(join(tmpdir(), 'evently-chaos-'));
  const { platform, arch } = process;
  const dynoxide = await startDynoxide(directory, { platform, arch, path: process.env.PATH ?? '' });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint: dynoxide.endpoint, region, credentials });
  const { forward, close } = createHttpForward(dynoxide.endpoint, 1);
  let tables = 0;

  async function createTable(): Promise<Table> {
    tables += 1;
    const tableName = `${knownTable}-${process.pid}-${tables}`;
    await client.send(new CreateTableCommand(tableInput(tableName)));
    const streamArn = `arn:aws:dynamodb:${region}:000000000000:table/${knownTable}/stream/1`;
    const api = await openStream({ endpoint: dynoxide.endpoint, region, tableName, streamArn });
    const stream = fileStream(api, { file: dynoxide.file, tableName, viewType: 'NEW_AND_OLD_IMAGES' });
    let iterator = '0';
    const news = async (): Promise<StreamRecord[]> => {
      const found: StreamRecord[] = [];
      for (;;) {
        const { records, next, isFull } = await stream.read(iterator);
        found.push(...records.filter(isChange));
        iterator = next ?? iterator;
        if (!isFull) return found;
      }
    };
    let last: Promise<unknown> = Promise.resolve();
    const ask = async (request: DynamoRequest) => {
      const response = withName(await forward(withName(request, knownTable, tableName)), tableName, knownTable);
      const isWrite = !['GetItem', 'BatchGetItem', 'Query', 'Scan'].includes(request.operation);
      return { response, records: isWrite && response.status === 200 ? await news() : [] };
    };
    return {
      ask: (request) => {
        const answer = last.then(() => ask(request));
        last = answer.catch(() => undefined);
        return answer;
      },
      drop: async () => {
        await last;
        stream.close();
        await client.send(new DeleteTableCommand({ TableName: tableName }));
      },
    };
  }

  return {
    createTable,
    stop: async () => {
      client.destroy();
      await close();
      await dynoxide.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** The same with another name of the table, wherever it stands; tokens of two histories are never the same. */
function withName<Message extends { readonly body: Readonly<Record<string, unknown>> }>(
  message: Message,
  from: string,
  to: string,
): Message {
  const rename = (value: unknown, name = ''): unknown => {
    if (Array.isArray(value)) return value.map((one) => rename(one));
    if (name === 'TableName') return value === from ? to : value;
    if (name === 'ClientRequestToken') {
      return createHash('sha256').update(`${to} ${value}`).digest('hex').slice(0, 36);
    }
    if (typeof value !== 'object' || value === null || name === 'Item' || name === 'Key') return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key === from ? to : key, rename(one, key)]));
  };
  return { ...message, body: rename(message.body) as Message['body'] };
}

function tableInput(TableName: string) {
  const text = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' as const });
  const keys = (hash: string, range: string) => [
    { AttributeName: hash, KeyType: 'HASH' as const },
    { AttributeName: range, KeyType: 'RANGE' as const },
  ];
  return {
    TableName,
    BillingMode: 'PAY_PER_REQUEST' as const,
    AttributeDefinitions: ['pk', 'sk', 'gsi1pk', 'gsi1sk'].map(text),
    KeySchema: keys('pk', 'sk'),
    GlobalSecondaryIndexes: [
      { IndexName: 'gsi1', KeySchema: keys('gsi1pk', 'gsi1sk'), Projection: { ProjectionType: 'ALL' as const } },
    ],
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' as const },
  };
}
