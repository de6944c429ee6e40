import {
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditedBookings, auditKey } from '../../functions/store/keys.ts';
import type { Principal } from '../../local/iam/guard.ts';
import { nameOf } from '../../local/iam/policy-rules.ts';
import { type TestStack, withStack } from '../support/stack.ts';

/** Nobody changes the audit trail: not the functions, and not the worker that writes it. */

const marshalled = ({ pk, sk }: { pk: string; sk: string }) => ({ pk: { S: pk }, sk: { S: sk } });
const key = marshalled(auditKey('bkg_trail', '2026-07-01T00:00:00.000Z', '1'));
const elsewhere = marshalled({ pk: 'USER#trail', sk: 'SOMETHING' });
/** Written along with another item. */
const beside = marshalled({ pk: 'USER#trail', sk: 'BESIDE' });
type ItemKey = typeof key;

let api: TestStack;
let TableName: string;
/** Asks the database itself, whom no permissions keep from anything. */
let owner: DynamoDBClient;

beforeAll(async () => {
  api = await withStack();
  const { dynamodbEndpoint: endpoint, region, tableName } = api.stack.outputs;
  TableName = tableName;
  owner = new DynamoDBClient({ endpoint, region, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
  await owner.send(new PutItemCommand({ TableName, Item: { ...key, was: { S: 'so' } } }));
}, 60_000);
afterAll(async () => {
  owner?.destroy();
  await api?.stop();
});

const forged = (of: ItemKey) => ({ ...of, was: { S: 'otherwise' } });
const update = { UpdateExpression: 'SET was = :w', ExpressionAttributeValues: { ':w': { S: 'otherwise' } } };
const harmless = { Put: { Item: forged(beside) } };

/** All ways to write an item, each by the action that it is authorized by. */
const writes: Readonly<Record<string, (client: DynamoDBClient, of: ItemKey) => Promise<unknown>>> = {
  PutItem: (client, of) => client.send(new PutItemCommand({ TableName, Item: forged(of) })),
  UpdateItem: (client, of) => client.send(new UpdateItemCommand({ TableName, Key: of, ...update })),
  DeleteItem: (client, of) => client.send(new DeleteItemCommand({ TableName, Key: of })),
  BatchWriteItem: (client, of) =>
    client.send(
      new BatchWriteItemCommand({
        RequestItems: {
          [TableName]: [{ PutRequest: { Item: forged(beside) } }, { DeleteRequest: { Key: of } }],
        },
      }),
    ),
  'PutItem in a transaction': (client, of) =>
    transact(client, [harmless, { Put: { Item: forged({ ...of, sk: { S: `${of.sk.S}T` } }) } }]),
  'UpdateItem in a transaction': (client, of) => transact(client, [harmless, { Update: { Key: of, ...update } }]),
  'DeleteItem in a transaction': (client, of) => transact(client, [harmless, { Delete: { Key: of } }]),
};
const ways = Object.keys(writes);
const actionOf = (way: string) => `dynamodb:${way.split(' ')[0]}`;

function transact(client: DynamoDBClient, parts: readonly object[]) {
  const TransactItems = parts.map((part) =>
    Object.fromEntries(Object.entries(part).map(([kind, values]) => [kind, { TableName, ...values }])),
  );
  return client.send(new TransactWriteItemsCommand({ TransactItems }));
}

/** What comes of it when a function writes, with the rights of its role: `done`, or the name of the refusal. */
async function outcome({ accessKeyId, secretAccessKey }: Principal, way: string, of: ItemKey): Promise<string> {
  const { region } = api.stack.outputs;
  const { dynamodb: endpoint } = api.stack.endpoints;
  const credentials = { accessKeyId, secretAccessKey };
  const client = new DynamoDBClient({ endpoint, region, credentials, maxAttempts: 1 });
  try {
    await writes[way]?.(client, of);
    return 'done';
  } catch (error) {
    return `${(error as Error).name}${/ with an explicit deny/.exec((error as Error).message) ?? ''}`;
  } finally {
    client.destroy();
  }
}

/** Whether the role of a function is given an action on the table, as long as no denial says otherwise. */
const isGiven = ({ caller }: Principal, action: string) =>
  caller.rules.some((rule) => rule.effect === 'Allow' && rule.action === action && rule.resource.includes(':table/'));
const denials = ({ caller }: Principal) => caller.rules.filter(({ effect }) => effect === 'Deny').map(nameOf);
const writers = () =>
  api.stack.iam.principals.filter((principal) => ways.some((way) => isGiven(principal, actionOf(way))));
const isTrailWorker = ({ caller }: Principal) => caller.rules.some(({ owner: role }) => /^auditWorkerRole/.test(role));
const trailWorker = () => {
  const found = writers().find(isTrailWorker);
  if (!found) throw new Error('the audit trail has no worker');
  return found;
};
const entry = async () => (await owner.send(new GetItemCommand({ TableName, Key: key, ConsistentRead: true }))).Item;

describe('an entry of the audit trail', () => {
  it('is written over, changed or deleted by no function, alone or in a transaction with something else', async () => {
    expect(writers().length).toBeGreaterThan(10);
    for (const principal of writers().filter((each) => !isTrailWorker(each))) {
      for (const way of ways) {
        const expected = 'AccessDeniedException with an explicit deny';
        expect(await outcome(principal, way, key), `${principal.arn} ${way}`).toBe(expected);
      }
    }
    expect(await entry()).toEqual({ ...key, was: { S: 'so' } });
    const { Item } = await owner.send(new GetItemCommand({ TableName, Key: beside, ConsistentRead: true }));
    expect(Item).toBeUndefined();
  });

  it('is changed or deleted by its worker neither, which may only put', async () => {
    for (const way of ways.filter((each) => actionOf(each) !== 'dynamodb:PutItem')) {
      const expected = 'AccessDeniedException with an explicit deny';
      expect(await outcome(trailWorker(), way, key), way).toBe(expected);
    }
    expect(await entry()).toEqual({ ...key, was: { S: 'so' } });
    const fresh = { ...key, sk: { S: 'another' } };
    expect(await outcome(trailWorker(), 'PutItem', fresh)).toBe('done');
  });

  it('is kept by these denials alone: without them each function that is given the action does it', async () => {
    const { guard } = api.stack.iam;
    const tried: string[] = [];
    for (const principal of writers()) {
      const given = ways.filter((way) => isGiven(principal, actionOf(way)));
      const before = guard.without(denials(principal));
      try {
        for (const way of given) {
          expect(await outcome(principal, way, key), `${principal.arn} ${way}`).toBe('done');
          tried.push(way);
        }
      } finally {
        guard.without(before);
      }
    }
    expect([...new Set(tried)].sort()).toEqual(ways.filter((way) => way !== 'BatchWriteItem').sort());
  });

  it('is where the table has it: what another item says in the index is no entry', async () => {
    const { eventId } = await api.createEvent();
    const read = async () => {
      const { status, json } = await api.call('GET', `/admin/audit?entity=${eventId}`, { signAs: 'admin' });
      expect(status).toBe(200);
      return json.items.filter(({ kind }: { kind: string }) => kind === 'booking');
    };
    const entryOfBooking = {
      gsi1pk: { S: auditedBookings(eventId, 0) },
      gsi1sk: { S: '2026-07-01T00:00:00.000Z' },
      at: { S: '2026-07-01T00:00:00.000Z' },
      entity: { S: 'bkg_forged' },
      kind: { S: 'booking' },
      change: { S: 'changed' },
    };
    await owner.send(new PutItemCommand({ TableName, Item: { ...elsewhere, ...entryOfBooking } }));
    expect(await read()).toEqual([]);
    await owner.send(new PutItemCommand({ TableName, Item: { ...key, ...entryOfBooking } }));
    expect(await read()).toHaveLength(1);
  });
});

describe('the denial', () => {
  it('keeps no function from what else it writes', async () => {
    for (const principal of writers()) {
      for (const way of ways.filter((each) => isGiven(principal, actionOf(each)))) {
        expect(await outcome(principal, way, elsewhere), `${principal.arn} ${way}`).toBe('done');
      }
    }
  });

  it('leaves what its worker does to the condition of the code: where an entry is, none is put', async () => {
    const { region } = api.stack.outputs;
    const { accessKeyId, secretAccessKey } = trailWorker();
    const { dynamodb: endpoint } = api.stack.endpoints;
    const client = new DynamoDBClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey } });
    await owner.send(new PutItemCommand({ TableName, Item: key }));
    const again = new PutItemCommand({ TableName, Item: key, ConditionExpression: 'attribute_not_exists(pk)' });
    await expect(client.send(again)).rejects.toThrow(ConditionalCheckFailedException);
    client.destroy();
  });
});
