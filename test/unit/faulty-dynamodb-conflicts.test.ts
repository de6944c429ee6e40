import { expect, test } from 'vitest';
import { always, get, put, update, updates, withVirtualTime } from '../support/faulty-dynamodb/virtual-time.ts';

test('a transaction is cancelled at the item that another one in flight touches, and consumes units', async () => {
  const { send, clock, forwarded, engine } = withVirtualTime();
  const first = send('TransactWriteItems', updates('a', 'shared'));
  await clock.advance(3);
  const second = send('TransactWriteItems', updates('b', 'shared'));
  await clock.advance(0);
  expect(second.answer).toBe('TransactionCanceledException');
  expect(second.body).toMatchObject({
    CancellationReasons: [
      { Code: 'None' },
      { Code: 'TransactionConflict', Message: 'Transaction is ongoing for the item' },
    ],
  });
  await clock.advance(7);
  expect(first).toMatchObject({ answer: '200', at: 10 });
  expect(forwarded).toHaveLength(1);
  expect(engine.counts().TransactWriteItems).toMatchObject({ attempts: 2, conflicts: 1, writeUnits: 8 });
});

test('once its answer has left, a transaction is in nobody’s way', async () => {
  const { send, clock } = withVirtualTime();
  send('TransactWriteItems', updates('a'));
  await clock.advance(10);
  const next = send('TransactWriteItems', updates('a'));
  await clock.advance(10);
  expect(next).toMatchObject({ answer: '200', at: 20 });
});

test('a condition check conflicts on both sides', async () => {
  const { send, clock } = withVirtualTime();
  const check = { TransactItems: [{ ConditionCheck: { ...get('a'), ConditionExpression: 'attribute_exists(pk)' } }] };
  send('TransactWriteItems', check);
  const second = send('TransactWriteItems', check);
  const write = send('UpdateItem', update('a'));
  await clock.advance(1);
  expect([second.answer, write.answer]).toEqual(['TransactionCanceledException', 'TransactionConflictException']);
});

test('single writes meet transactions only, and not each other', async () => {
  const { send, clock } = withVirtualTime({ latency: { medianMs: 20, tailMs: 0, tailShare: 0 } });
  const singles = [send('UpdateItem', update('a')), send('PutItem', put('a')), send('DeleteItem', get('a'))];
  const transaction = send('TransactWriteItems', updates('a'));
  const late = send('DeleteItem', get('a'));
  await clock.advance(100);
  expect(singles.map(({ answer }) => answer)).toEqual(['200', '200', '200']);
  expect(transaction.answer).toBe('200');
  expect(late.answer).toBe('TransactionConflictException');
});

test('plain reads never conflict; a transactional read does, whichever came first', async () => {
  const { send, clock } = withVirtualTime({ latency: { medianMs: 20, tailMs: 0, tailShare: 0 } });
  const read = { TransactItems: [{ Get: get('b') }, { Get: get('a') }] };
  const early = send('TransactGetItems', read);
  send('TransactWriteItems', updates('a'));
  const reads = [
    send('GetItem', get('a')),
    send('Query', {
      TableName: 'table',
      KeyConditionExpression: 'pk = :p',
      ExpressionAttributeValues: { ':p': { S: 'a' } },
    }),
    send('BatchGetItem', { RequestItems: { table: { Keys: [get('a').Key] } } }),
  ];
  const late = send('TransactGetItems', read);
  await clock.advance(100);
  expect(reads.map(({ answer }) => answer)).toEqual(['200', '200', '200']);
  for (const { answer, body } of [early, late]) {
    expect(answer).toBe('TransactionCanceledException');
    expect(body).toMatchObject({ CancellationReasons: [{ Code: 'None' }, { Code: 'TransactionConflict' }] });
  }
});

test('a transactional read meets a single write that is under way', async () => {
  const { send, clock } = withVirtualTime({ latency: { medianMs: 20, tailMs: 0, tailShare: 0 } });
  send('PutItem', put('a'));
  const read = send('TransactGetItems', { TransactItems: [{ Get: get('a') }] });
  await clock.advance(100);
  expect(read.answer).toBe('TransactionCanceledException');
});

test('of a batch, the writes that meet a transaction come back unprocessed', async () => {
  const { send, clock, forwarded } = withVirtualTime();
  send('TransactWriteItems', updates('a'));
  const entry = (pk: string) => ({ PutRequest: { Item: put(pk).Item } });
  const batch = send('BatchWriteItem', { RequestItems: { table: [entry('a'), entry('b')] } });
  await clock.advance(10);
  expect(batch.body).toEqual({ UnprocessedItems: { table: [entry('a')] } });
  const passed = forwarded.find(({ request }) => request.operation === 'BatchWriteItem');
  expect(passed?.request.body.RequestItems).toEqual({ table: [entry('b')] });
});

test('a transaction that loses holds its other items until it is cancelled', async () => {
  const { send, clock } = withVirtualTime({
    latency: { medianMs: 20, tailMs: 0, tailShare: 0 },
    conflictWindowMs: 100,
  });
  send('TransactWriteItems', updates('shared'));
  send('TransactWriteItems', updates('shared', 'mine'));
  const meanwhile = send('UpdateItem', update('mine'));
  await clock.advance(40);
  const after = send('UpdateItem', update('mine'));
  await clock.advance(100);
  expect([meanwhile.answer, after.answer]).toEqual(['TransactionConflictException', '200']);
});

test('a lost answer, too, leaves when the window is over', async () => {
  const { send, clock } = withVirtualTime(always('lostAnswer'));
  const first = send('TransactWriteItems', updates('a'));
  await clock.advance(9);
  expect(first.answer).toBeUndefined();
  await clock.advance(1);
  expect(first.answer).toBe('lost');
});
