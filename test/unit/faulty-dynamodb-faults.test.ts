import { expect, test } from 'vitest';
import { always, get, put, update, updates, withVirtualTime } from '../support/faulty-dynamodb/virtual-time.ts';

test('an answer is lost after the commit', async () => {
  const { send, clock, forwarded, engine } = withVirtualTime(always('lostAnswer'));
  const sent = send('PutItem', put('a'));
  await clock.advance(0);
  expect(sent.answer).toBe('lost');
  expect(forwarded).toHaveLength(1);
  expect(engine.counts().PutItem).toMatchObject({ attempts: 1, lost: 1, writeUnits: 1 });
});

test('HTTP 500 before the commit does nothing and costs nothing; after it, all is done', async () => {
  const { send, clock, forwarded, engine } = withVirtualTime(always('errorBefore'));
  const before = send('UpdateItem', update('a'));
  await clock.advance(0);
  expect(forwarded).toHaveLength(0);
  engine.change(always('errorAfter'));
  const after = send('UpdateItem', update('a'));
  await clock.advance(0);
  expect(forwarded).toHaveLength(1);
  expect([before.answer, after.answer]).toEqual(['InternalServerError', 'InternalServerError']);
  expect(engine.counts().UpdateItem).toMatchObject({ errorsBefore: 1, errorsAfter: 1, writeUnits: 1 });
});

test('a token in flight is refused as in progress, by chance too, and passes once it is committed', async () => {
  const { send, clock, forwarded, engine } = withVirtualTime();
  const request = { ...updates('a'), ClientRequestToken: 'token' };
  const first = send('TransactWriteItems', request);
  const second = send('TransactWriteItems', request);
  await clock.advance(10);
  expect([first.answer, second.answer]).toEqual(['200', 'TransactionInProgressException']);
  expect(forwarded).toHaveLength(1);

  // Somebody else is at work on the item: what is committed already is not concerned.
  send('TransactWriteItems', updates('a'));
  const again = send('TransactWriteItems', request);
  await clock.advance(10);
  expect(again.answer).toBe('200');

  engine.change(always('inProgress'));
  const unlucky = send('TransactWriteItems', { ...updates('z'), ClientRequestToken: 'other' });
  const single = send('UpdateItem', update('z'));
  await clock.advance(10);
  expect([unlucky.answer, single.answer]).toEqual(['TransactionInProgressException', '200']);
  expect(engine.counts().TransactWriteItems).toMatchObject({ attempts: 5, inProgress: 2, conflicts: 0 });
});

test('a token whose transaction failed before the commit may be sent again', async () => {
  const { send, clock, forwarded, engine } = withVirtualTime(always('errorBefore'));
  const request = { ...updates('a'), ClientRequestToken: 'token' };
  send('TransactWriteItems', request);
  await clock.advance(10);
  engine.change(always('lostAnswer'));
  send('TransactWriteItems', request);
  await clock.advance(10);
  expect(forwarded).toHaveLength(1);
});

test('latency has a median and a tail', async () => {
  const { send, clock } = withVirtualTime({ latency: { medianMs: 10, tailMs: 500, tailShare: 0.05 } });
  const sent = Array.from({ length: 1_000 }, (_, index) => send('GetItem', get(`k${index}`)));
  await clock.advance(1_000);
  const times = sent.map(({ at = 0 }) => at).sort((a, b) => a - b);
  expect(times[500]).toBeGreaterThan(9);
  expect(times[500]).toBeLessThan(11.5);
  const tail = times.filter((at) => at >= 500);
  expect(tail.length).toBeGreaterThan(30);
  expect(tail.length).toBeLessThan(70);
});

test('the commit comes at some moment between arrival and answer', async () => {
  const { send, clock, forwarded } = withVirtualTime({ conflictWindowMs: 100 });
  for (let index = 0; index < 50; index += 1) send('TransactWriteItems', updates(`k${index}`));
  await clock.advance(100);
  const moments = forwarded.map(({ at }) => at);
  expect(Math.min(...moments)).toBeLessThan(20);
  expect(Math.max(...moments)).toBeGreaterThan(80);
  expect(Math.max(...moments)).toBeLessThanOrEqual(100);
});

test('the same seed, calls and clock give the same history; another seed another one', async () => {
  const history = async (seed: number) => {
    const { send, clock, engine } = withVirtualTime(
      {
        probabilities: { lostAnswer: 0.1, errorBefore: 0.1, errorAfter: 0.1, inProgress: 0.1 },
        latency: { medianMs: 5, tailMs: 50, tailShare: 0.1 },
        writeUnitsPerKey: 20,
      },
      seed,
    );
    const sent: ReturnType<typeof send>[] = [];
    for (let index = 0; index < 200; index += 1) {
      sent.push(send('TransactWriteItems', updates(`k${index % 7}`, `k${(index * 3) % 7}x`)));
      sent.push(send('UpdateItem', update(`k${index % 5}`)));
      await clock.advance(index % 4);
    }
    await clock.advance(1_000);
    return JSON.stringify([sent.map(({ answer, at }) => [answer, at]), engine.counts()]);
  };
  const [one, two, other] = [await history(7), await history(7), await history(8)];
  expect(one).toBe(two);
  expect(one).not.toBe(other);
  for (const kind of ['lost', 'InternalServerError', 'TransactionConflictException', 'Throughput', 'InProgress']) {
    expect(one).toContain(kind);
  }
});

test('where the database itself fails, the items are free again', async () => {
  const { send, clock, replyWith } = withVirtualTime();
  replyWith(() => {
    throw new Error('down');
  });
  const failed = send('TransactWriteItems', updates('a'));
  await clock.advance(10);
  expect(failed.answer).toBe('Error: down');
  replyWith(() => ({ status: 200, body: {} }));
  const next = send('UpdateItem', update('a'));
  await clock.advance(10);
  expect(next.answer).toBe('200');
});

test('what is not about items passes without faults and is not counted', async () => {
  const { send, clock, engine, forwarded } = withVirtualTime(always('lostAnswer'));
  const sent = send('DescribeTable', { TableName: 'table' });
  await clock.advance(0);
  expect(sent.answer).toBe('200');
  expect(forwarded[0]?.request.body).toEqual({ TableName: 'table' });
  expect(engine.counts()).toEqual({});
});
