import {
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { realClock } from '../support/faulty-dynamodb/clocks.ts';
import { createFaultyDynamoDb } from '../support/faulty-dynamodb/faulty-dynamodb.ts';
import { createHttpForward } from '../support/faulty-dynamodb/http-forward.ts';
import { type FaultyProxy, startFaultyProxy } from '../support/faulty-dynamodb/http-proxy.ts';
import { sdkHandler } from '../support/faulty-dynamodb/sdk-handler.ts';
import { seededRandom } from '../support/faulty-dynamodb/seeded-random.ts';
import { type Faults, healthy } from '../support/faulty-dynamodb/types.ts';
import { withTable } from '../support/store-table.ts';

type Attempt = typeof import('../../functions/store/transact.ts')['attempt'];

let table: Awaited<ReturnType<typeof withTable>>;
let databaseEndpoint: string;
let proxy: FaultyProxy;
let client: DynamoDBClient;
let attempt: Attempt;

beforeAll(async () => {
  table = await withTable();
  databaseEndpoint = String(process.env.AWS_ENDPOINT_URL_DYNAMODB);
  proxy = await startFaultyProxy({ endpoint: databaseEndpoint, random: seededRandom(1) });
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', proxy.endpoint);
  client = new DynamoDBClient({ maxAttempts: 1 });
  ({ attempt } = await import('../../functions/store/transact.ts'));
});

afterEach(() => {
  proxy.change(healthy);
  proxy.reset();
});

afterAll(async () => {
  client.destroy();
  await proxy.stop();
  await table.stop();
  vi.unstubAllEnvs();
});

const always = (name: keyof Faults['probabilities']): Pick<Faults, 'probabilities'> => ({
  probabilities: { ...healthy.probabilities, [name]: 1 },
});
const key = (pk: string) => ({ pk, sk: 'ITEM' });
const keyJson = (pk: string) => ({ pk: { S: pk }, sk: { S: 'ITEM' } });
const add = (pk: string) => ({
  name: pk,
  item: {
    Update: {
      TableName: table.tableName,
      Key: key(pk),
      UpdateExpression: 'ADD amount :one',
      ExpressionAttributeValues: { ':one': 1 },
    },
  },
});
const documents = () => DynamoDBDocumentClient.from(client);
const update = (pk: string) => documents().send(new UpdateCommand(add(pk).item.Update));
async function amountOf(pk: string): Promise<number> {
  const { Item: item } = await table.client.send(
    new GetItemCommand({ TableName: table.tableName, Key: keyJson(pk), ConsistentRead: true }),
  );
  return Number(item?.amount?.N ?? 0);
}

test('a healthy proxy changes nothing and passes what is not about items', async () => {
  expect(await attempt([add('healthy')])).toEqual({ kind: 'committed' });
  await update('healthy');
  expect(await amountOf('healthy')).toBe(2);
  const { TableNames: names } = await client.send(new ListTablesCommand({}));
  expect(names).toContain(table.tableName);
  expect(Object.keys(proxy.counts())).toEqual(['TransactWriteItems', 'UpdateItem']);
  expect(proxy.counts().TransactWriteItems).toMatchObject({ attempts: 1, writeUnits: 2 });
});

test('the database keeps the stream of what passes', async () => {
  const answer = await fetch(proxy.endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'DynamoDBStreams_20120810.ListStreams' },
    body: '{}',
  });
  const direct = await fetch(databaseEndpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'DynamoDBStreams_20120810.ListStreams' },
    body: '{}',
  });
  expect([answer.status, await answer.text()]).toEqual([direct.status, await direct.text()]);
});

test('two transactions on one item: one commits, the store calls the other a conflict', async () => {
  proxy.change({ conflictWindowMs: 150 });
  const outcomes = await Promise.all([attempt([add('c1'), add('shared')]), attempt([add('c2'), add('shared')])]);
  expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['committed', 'conflict']);
  const loser = outcomes.find(({ kind }) => kind === 'conflict');
  expect(loser).toMatchObject({
    error: {
      name: 'TransactionCanceledException',
      CancellationReasons: [
        { Code: 'None' },
        { Code: 'TransactionConflict', Message: 'Transaction is ongoing for the item' },
      ],
    },
  });
  expect(await amountOf('shared')).toBe(1);
});

test('a single write into a transaction throws TransactionConflictException, a read does not', async () => {
  proxy.change({ conflictWindowMs: 300 });
  const transaction = attempt([add('single')]);
  await realClock.sleep(50);
  await expect(update('single')).rejects.toMatchObject({ name: 'TransactionConflictException' });
  await client.send(new GetItemCommand({ TableName: table.tableName, Key: keyJson('single') }));
  expect(await transaction).toEqual({ kind: 'committed' });
});

test('a hot partition: single writes throw, the store calls a transaction throttled', async () => {
  proxy.change({ writeUnitsPerKey: 0.001, burstSeconds: 1_000 });
  await update('hot');
  await expect(update('hot')).rejects.toMatchObject({ name: 'ProvisionedThroughputExceededException' });
  const outcome = await attempt([add('cold'), add('hot')]);
  expect(outcome).toMatchObject({
    kind: 'throttled',
    error: { CancellationReasons: [{ Code: 'None' }, { Code: 'ThrottlingError' }] },
  });
  expect(await amountOf('hot')).toBe(1);
});

test('an answer lost after the commit: unclear to the store, and done once though the client asks twice', async () => {
  proxy.change(always('lostAnswer'));
  const outcome = await attempt([add('lost')]);
  expect(outcome).toMatchObject({ kind: 'unclear', error: { code: 'ECONNRESET' } });
  expect(proxy.counts().TransactWriteItems).toMatchObject({ attempts: 2, lost: 2 });
  expect(await amountOf('lost')).toBe(1);
  await expect(update('lost')).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(await amountOf('lost')).toBe(2);
});

test('HTTP 500 after the commit and before it: unclear both, done only once', async () => {
  proxy.change(always('errorAfter'));
  expect(await attempt([add('500')])).toMatchObject({ kind: 'unclear', error: { name: 'InternalServerError' } });
  expect(await amountOf('500')).toBe(1);
  proxy.change(always('errorBefore'));
  expect(await attempt([add('500')])).toMatchObject({ kind: 'unclear', error: { name: 'InternalServerError' } });
  expect(await amountOf('500')).toBe(1);
});

test('a token that is in flight: TransactionInProgressException', async () => {
  proxy.change(always('inProgress'));
  expect(await attempt([add('token')])).toMatchObject({
    kind: 'unclear',
    error: { name: 'TransactionInProgressException' },
  });
  expect(await amountOf('token')).toBe(0);
});

test('the same engine without a network, as the handler of a client', async () => {
  const { forward, close } = createHttpForward(databaseEndpoint);
  const engine = createFaultyDynamoDb({ forward, random: seededRandom(2), clock: realClock });
  const direct = new DynamoDBClient({ maxAttempts: 1, requestHandler: sdkHandler(engine) });
  const Put = { TableName: table.tableName, Item: { ...keyJson('direct'), amount: { N: '3' } } };
  const put = new PutItemCommand(Put);
  await direct.send(put);
  const { Item: item } = await direct.send(new GetItemCommand({ TableName: table.tableName, Key: keyJson('direct') }));
  expect(item?.amount).toEqual({ N: '3' });
  engine.change(always('lostAnswer'));
  await expect(direct.send(put)).rejects.toMatchObject({ code: 'ECONNRESET' });
  engine.change({ ...healthy, conflictWindowMs: 100 });
  const transaction = () => direct.send(new TransactWriteItemsCommand({ TransactItems: [{ Put }] }));
  const results = await Promise.allSettled([transaction(), transaction()]);
  expect(results[1]).toMatchObject({ status: 'rejected', reason: { name: 'TransactionCanceledException' } });
  await close();
});
