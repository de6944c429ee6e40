import { expect, test } from 'vitest';
import { type DynamoRequest, healthy } from '../support/faulty-dynamodb/types.ts';
import {
  always,
  get,
  inIndex,
  put,
  textOfBytes,
  update,
  updates,
  withVirtualTime,
} from '../support/faulty-dynamodb/virtual-time.ts';

const throttled = 'ProvisionedThroughputExceededException';

async function answersOf(count: number, stack: ReturnType<typeof withVirtualTime>, send: () => { answer?: string }) {
  const sent = Array.from({ length: count }, send);
  await stack.clock.advance(0);
  return {
    served: sent.filter(({ answer }) => answer === '200').length,
    throttled: sent.filter(({ answer }) => answer === throttled).length,
  };
}

test('a partition key takes 1,000 units a second, and as many again in the next', async () => {
  const stack = withVirtualTime();
  const write = () => stack.send('UpdateItem', update('hot'));
  expect(await answersOf(1_200, stack, write)).toEqual({ served: 1_000, throttled: 200 });
  await stack.clock.advance(100);
  expect(await answersOf(200, stack, write)).toEqual({ served: 100, throttled: 100 });
  expect(await answersOf(10, stack, () => stack.send('UpdateItem', update('cold')))).toMatchObject({ served: 10 });
  expect(stack.engine.counts().UpdateItem).toMatchObject({ attempts: 1_410, throttles: 300, writeUnits: 1_110 });
});

test('burst keeps the unused units of some seconds', async () => {
  const stack = withVirtualTime({ burstSeconds: 1.5 });
  expect(await answersOf(2_000, stack, () => stack.send('UpdateItem', update('hot')))).toMatchObject({ served: 1_500 });
});

test('reads and writes have units of their own: 3,000 strong reads, twice as many eventual ones', async () => {
  const stack = withVirtualTime();
  const strong = () => stack.send('GetItem', { ...get('a'), ConsistentRead: true });
  expect(await answersOf(3_100, stack, strong)).toEqual({ served: 3_000, throttled: 100 });
  expect(await answersOf(6_100, stack, () => stack.send('GetItem', get('b')))).toMatchObject({ served: 6_000 });
  expect(await answersOf(1_000, stack, () => stack.send('UpdateItem', update('a')))).toMatchObject({ served: 1_000 });
});

test('one unit a KB, two in a transaction', async () => {
  const stack = withVirtualTime({ writeUnitsPerKey: 12 });
  const item = put('a', textOfBytes(2_500));
  expect(await answersOf(10, stack, () => stack.send('PutItem', item))).toEqual({ served: 4, throttled: 6 });
  const transaction = () =>
    stack.send('TransactWriteItems', { TransactItems: [{ Put: put('b', textOfBytes(2_500)) }] });
  const done: ReturnType<typeof transaction>[] = [];
  for (let index = 0; index < 3; index += 1) {
    done.push(transaction());
    await stack.clock.advance(10);
  }
  expect(done.map(({ answer }) => answer)).toEqual(['200', '200', 'TransactionCanceledException']);
  expect(done[2]?.body).toMatchObject({ CancellationReasons: [{ Code: 'ThrottlingError' }] });
});

test('the reason in a transaction can be the provisioned one, at the action concerned', async () => {
  const { send, clock, engine } = withVirtualTime({
    writeUnitsPerKey: 2,
    throttleReason: 'ProvisionedThroughputExceeded',
  });
  send('TransactWriteItems', updates('hot'));
  await clock.advance(10);
  const second = send('TransactWriteItems', updates('cold', 'hot'));
  await clock.advance(0);
  expect(second.body).toMatchObject({
    CancellationReasons: [{ Code: 'None' }, { Code: 'ProvisionedThroughputExceeded' }],
  });
  expect(engine.counts().TransactWriteItems).toMatchObject({ conflicts: 0, throttles: 1, writeUnits: 2 });
});

test('actions of one transaction share the units of their partition', async () => {
  const { send, clock } = withVirtualTime({ writeUnitsPerKey: 4 });
  send('UpdateItem', update('a'));
  const item = (sk: string) => ({ Put: { TableName: 'table', Item: { pk: { S: 'a' }, sk: { S: sk } } } });
  const sent = send('TransactWriteItems', { TransactItems: [item('1'), item('2')] });
  await clock.advance(0);
  expect(sent.body).toMatchObject({ CancellationReasons: [{ Code: 'None' }, { Code: 'ThrottlingError' }] });
});

test('a hot index partition pushes back on writes of other partitions of the table', async () => {
  const stack = withVirtualTime({ writeUnitsPerKey: 100 });
  let number = 0;
  const listed = () => {
    number += 1;
    return stack.send('PutItem', put(`item-${number}`, inIndex('EVENTS')));
  };
  expect(await answersOf(150, stack, listed)).toEqual({ served: 100, throttled: 50 });
  const unlisted = stack.send('PutItem', put('elsewhere'));
  const kept = stack.send('UpdateItem', update('item-1'));
  const listing = stack.send('UpdateItem', update('elsewhere', 'SET gsi1pk = :g', { ':g': { S: 'EVENTS' } }));
  await stack.clock.advance(0);
  expect([unlisted.answer, kept.answer, listing.answer]).toEqual(['200', throttled, throttled]);
});

test('an update that lists an item, by a placeholder, moves it or takes it out, takes units of the index', async () => {
  const stack = withVirtualTime({ writeUnitsPerKey: 2, burstSeconds: 1 });
  const names = { ExpressionAttributeNames: { '#g': 'gsi1pk' } };
  const list = (pk: string, place: string) =>
    stack.send('UpdateItem', { ...update(pk, 'SET #g = :g', { ':g': { S: place } }), ...names });
  list('a', 'OLD');
  await stack.clock.advance(0);
  list('a', 'FULL');
  await stack.clock.advance(2_000);
  list('b', 'FULL');
  list('c', 'FULL');
  const refused = list('d', 'FULL');
  await stack.clock.advance(0);
  expect(refused.answer).toBe(throttled);
  // Leaves a full partition: the index has to delete there.
  const removed = stack.send('UpdateItem', { ...update('b', 'REMOVE #g', {}), ...names });
  await stack.clock.advance(0);
  expect(removed.answer).toBe(throttled);
});

test('only the throttled keys of a batch come back', async () => {
  const { send, clock, forwarded } = withVirtualTime({ readUnitsPerKey: 1 });
  send('GetItem', { ...get('hot'), ConsistentRead: true });
  const batch = (...keys: string[]) => ({
    RequestItems: { table: { ConsistentRead: true, Keys: keys.map((pk) => get(pk).Key) } },
  });
  const partly = send('BatchGetItem', batch('hot', 'cold'));
  const wholly = send('BatchGetItem', batch('hot'));
  await clock.advance(0);
  expect(partly.body).toEqual({ UnprocessedKeys: { table: { ConsistentRead: true, Keys: [get('hot').Key] } } });
  expect(forwarded[1]?.request.body.RequestItems).toEqual(batch('cold').RequestItems);
  expect(wholly.answer).toBe(throttled);
});

test('a query consumes what the database says, of the index partition that it reads', async () => {
  const stack = withVirtualTime({ readUnitsPerKey: 20 });
  const report = {
    ConsumedCapacity: { Table: { CapacityUnits: 0 }, GlobalSecondaryIndexes: { gsi1: { CapacityUnits: 15 } } },
  };
  stack.replyWith(() => ({ status: 200, body: { Items: [], ...report } }));
  const query = (place: string) => {
    const sent = stack.send('Query', {
      TableName: 'table',
      IndexName: 'gsi1',
      KeyConditionExpression: '#g = :g AND gsi1sk > :from',
      ExpressionAttributeNames: { '#g': 'gsi1pk' },
      ExpressionAttributeValues: { ':g': { S: place }, ':from': { S: '0' } },
    });
    return stack.clock.advance(0).then(() => sent);
  };
  expect((await query('a')).body).toEqual({ Items: [] });
  expect((await query('a')).answer).toBe('200');
  expect((await query('a')).answer).toBe(throttled);
  expect((await query('b')).answer).toBe('200');
  expect(stack.engine.counts().Query).toMatchObject({ readUnits: 45, throttles: 1 });
});

test('a caller that asks for its consumed capacity gets it, as it asked', async () => {
  const { send, clock, replyWith, forwarded } = withVirtualTime();
  const report = { TableName: 'table', CapacityUnits: 1, Table: { CapacityUnits: 1 } };
  replyWith(() => ({ status: 200, body: { ConsumedCapacity: report } }));
  const asking = (ReturnConsumedCapacity: string) => send('UpdateItem', { ...update('a'), ReturnConsumedCapacity });
  const answers = [asking('NONE'), asking('TOTAL'), asking('INDEXES')];
  await clock.advance(0);
  expect(answers.map(({ body }) => body?.ConsumedCapacity)).toEqual([
    undefined,
    { TableName: 'table', CapacityUnits: 1 },
    report,
  ]);
  const asked = forwarded.map(({ request }: { request: DynamoRequest }) => request.body.ReturnConsumedCapacity);
  expect(asked).toEqual(['INDEXES', 'INDEXES', 'INDEXES']);
});

test('a refused condition consumes units, a request that is not understood does not', async () => {
  const { send, clock, replyWith, engine } = withVirtualTime();
  const refuse = (type: string) =>
    replyWith(() => ({ status: 400, body: { __type: `com.amazonaws.dynamodb.v20120810#${type}` } }));
  refuse('ConditionalCheckFailedException');
  send('UpdateItem', update('a'));
  await clock.advance(0);
  refuse('ValidationException');
  send('UpdateItem', update('a'));
  await clock.advance(0);
  expect(engine.counts().UpdateItem).toMatchObject({ attempts: 2, writeUnits: 1 });
});

test('a transaction that loses takes units from its partitions', async () => {
  const { send, clock } = withVirtualTime({ writeUnitsPerKey: 4 });
  send('TransactWriteItems', updates('shared'));
  send('TransactWriteItems', updates('shared', 'mine'));
  await clock.advance(0);
  const next = [
    send('UpdateItem', update('mine')),
    send('UpdateItem', update('mine')),
    send('UpdateItem', update('mine')),
  ];
  await clock.advance(0);
  expect(next.map(({ answer }) => answer)).toEqual(['200', '200', throttled]);
});

test('an error before the commit gives the units back', async () => {
  const { send, clock, engine } = withVirtualTime({ ...always('errorBefore'), writeUnitsPerKey: 1 });
  send('UpdateItem', update('a'));
  await clock.advance(0);
  engine.change(healthy);
  engine.change({ writeUnitsPerKey: 1 });
  const next = send('UpdateItem', update('a'));
  await clock.advance(0);
  expect(next.answer).toBe('200');
});

test('an item that has left the index costs it nothing more', async () => {
  const { send, clock } = withVirtualTime({ writeUnitsPerKey: 10 });
  const write = async (body: ReturnType<typeof update>) => {
    const sent = send('UpdateItem', body);
    await clock.advance(0);
    return sent.answer;
  };
  await write(update('a', 'SET gsi1pk = :g', { ':g': { S: 'PLACE' } }));
  await write(update('a', 'REMOVE gsi1pk, gsi1sk SET done = :d', { ':d': { BOOL: true } }));
  const full = Array.from({ length: 8 }, (_, index) => send('PutItem', put(`p${index}`, inIndex('PLACE'))));
  await clock.advance(0);
  expect(full.map(({ answer }) => answer)).toEqual(Array(8).fill('200'));
  expect(await write(update('a'))).toBe('200');
});
