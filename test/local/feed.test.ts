import { networkInterfaces } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { arnOf, bus, type FakeFeed, mapping, pipe, policy, queue, rule, writeFakeFeed } from '../support/fake-feed.ts';
import { createFeedClient, type FeedClient } from '../support/feed-client.ts';
import { type TestStack, withStack } from '../support/stack.ts';

// From a commit to a worker, with a function that does what the item says.
const redrive = (target: string) => ({ RedrivePolicy: { deadLetterTargetArn: arnOf(target), maxReceiveCount: 2 } });
const grouped = {
  SqsQueueParameters: {
    MessageGroupId: '$.dynamodb.NewImage.group.S',
    MessageDeduplicationId: '$.eventID',
  },
};
/** Of the events of the pipe `BusPipe`, those of new items with an attribute. */
const eventsWith = (name: string) => ({
  source: ['fake.table'],
  detail: { dynamodb: { Keys: { pk: { S: [{ prefix: 'bus#' }] } }, NewImage: { [name]: { S: [{ exists: true }] } } } },
});
const wholeEvent = { InputPath: '$', DeadLetterConfig: { Arn: arnOf('Undelivered') } };
const resources = {
  PlainDead: queue(),
  Plain: queue(redrive('PlainDead')),
  PlainPipe: pipe('Plain', 'plain#'),
  PlainPoll: mapping('Plain'),
  FifoDead: queue({ FifoQueue: true }),
  Fifo: queue({ FifoQueue: true, ...redrive('FifoDead') }),
  Unsent: queue(),
  FifoPipe: pipe('Fifo', 'fifo#', {
    TargetParameters: grouped,
    stream: { DeadLetterConfig: { Arn: arnOf('Unsent') } },
  }),
  FifoPoll: mapping('Fifo'),
  Late: queue({ DelaySeconds: 1 }),
  LatePipe: pipe('Late', 'late#'),
  LatePoll: mapping('Late'),
  Window: queue({ VisibilityTimeout: 5 }),
  WindowPipe: pipe('Window', 'window#'),
  WindowPoll: mapping('Window', { BatchSize: 100, MaximumBatchingWindowInSeconds: 1 }),
  Whole: queue(redrive('PlainDead')),
  WholePipe: pipe('Whole', 'whole#'),
  WholePoll: mapping('Whole', { FunctionResponseTypes: [] }),
  Narrow: queue(),
  NarrowPipe: pipe('Narrow', 'narrow#'),
  NarrowPoll: mapping('Narrow', { BatchSize: 1, ScalingConfig: { MaximumConcurrency: 2 } }),
  Changes: queue({ VisibilityTimeout: 30 }),
  ChangesPipe: pipe('Changes', 'change#', { eventName: 'MODIFY' }),
  Bus: bus(),
  BusPipe: pipe('Bus', 'bus#', {
    TargetParameters: { EventBridgeEventBusParameters: { Source: 'fake.table', DetailType: 'Change' } },
  }),
  Sorted: queue(),
  SortedRule: rule('Sorted', eventsWith('sort')),
  SortedPolicy: policy('Sorted', 'SortedRule'),
  SortedPoll: mapping('Sorted'),
  Copied: queue({ VisibilityTimeout: 30, MaximumMessageSize: 1_024 }),
  CopiedRule: rule('Copied', eventsWith('copy'), { target: wholeEvent }),
  CopiedPolicy: policy('Copied', 'CopiedRule'),
  Undelivered: queue({ VisibilityTimeout: 30 }),
  UndeliveredPolicy: policy('Undelivered', 'CopiedRule'),
};

let feed: FakeFeed;
let api: TestStack;
let client: FeedClient;
beforeAll(async () => {
  feed = writeFakeFeed(resources);
  api = await withStack({ assemblyDir: feed.assemblyDir, maxInstances: 4 });
  client = createFeedClient(api.stack);
});
afterAll(async () => {
  client?.destroy();
  await api?.stop();
  feed?.remove();
});

const begunWith = (id: string) => feed.ledger().filter(({ kind, ids }) => kind === 'begin' && ids.includes(id));
const timesOf = (id: string) => begunWith(id).map(({ at }) => at);

describe('a commit', () => {
  test('reaches the worker as the stream record that a pipe hands on, in an event of SQS', async () => {
    await client.put('plain#record', { name: 'Grüße 🎟️ \uffff' });
    await eventually(() => expect(feed.done()).toContain('plain#record'));
    const [entry] = begunWith('plain#record');
    const [record] = entry?.event.Records ?? [];
    const queueArn = expect.stringMatching(/^arn:aws:sqs:us-east-1:000000000000:Fake-Plain-\w+$/);
    expect(record).toEqual({
      messageId: expect.stringMatching(/./),
      receiptHandle: expect.stringMatching(/./),
      body: expect.any(String),
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: expect.stringMatching(/^\d{13}$/),
        SenderId: expect.any(String),
        ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
      },
      messageAttributes: {},
      md5OfBody: expect.stringMatching(/^[\da-f]{32}$/),
      eventSource: 'aws:sqs',
      eventSourceARN: queueArn,
      awsRegion: 'us-east-1',
    });
    const image = { pk: { S: 'plain#record' }, name: { S: 'Grüße 🎟️ \uffff' } };
    expect(JSON.parse(record.body)).toEqual({
      eventID: expect.stringMatching(/^[\da-f]{32}$/),
      eventName: 'INSERT',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: 'us-east-1',
      dynamodb: {
        ApproximateCreationDateTime: expect.any(Number),
        Keys: { pk: { S: 'plain#record' } },
        NewImage: image,
        SequenceNumber: expect.stringMatching(/^\d+$/),
        SizeBytes: expect.any(Number),
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
      eventSourceARN: expect.stringMatching(/^arn:aws:dynamodb:us-east-1:000000000000:table\/Fake-Table-\w+\/stream\//),
    });
  });

  test('reaches it in a moment', async () => {
    const delays: number[] = [];
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const id = `plain#quick-${attempt}`;
      await client.put(id);
      const committedAt = Date.now();
      await eventually(() => expect(timesOf(id)).toHaveLength(1));
      delays.push((timesOf(id)[0] ?? 0) - committedAt);
    }
    expect(delays.sort((a, b) => a - b)[2]).toBeLessThan(200);
  });

  test('that its filter does not match reaches nobody', async () => {
    await client.put('other#1');
    // Not an INSERT the second time, and no change at all the third.
    await client.put('plain#twice', { a: '1' });
    await client.put('plain#twice', { a: '2' });
    await client.put('plain#twice', { a: '2' });
    await client.put('plain#after');
    await eventually(() => expect(feed.done()).toContain('plain#after'));
    expect(timesOf('plain#twice')).toHaveLength(1);
    expect(feed.done()).not.toContain('other#1');
  });

  test('of more than a page of the stream reaches it once each', async () => {
    const ids = Array.from({ length: 300 }, (_, place) => `plain#many-${place}`);
    for (let start = 0; start < ids.length; start += 25) await client.putAll(ids.slice(start, start + 25));
    const done = () => feed.done().filter((id) => id.startsWith('plain#many-'));
    await eventually(() => expect(done()).toHaveLength(300));
    expect(new Set(done()).size).toBe(300);
  });

  test('that cannot be sent is named in the queue of the pipe, and the next one is sent', async () => {
    await client.put('fifo#no-group');
    await client.put('fifo#with-group', { group: 'g' });
    await eventually(() => expect(feed.done()).toContain('fifo#with-group'));
    const [letter] = await client.bodiesIn('Unsent');
    expect(JSON.parse(letter ?? '')).toMatchObject({
      context: { condition: 'RetryAttemptsExhausted' },
      DDBStreamBatchInfo: { startSequenceNumber: expect.stringMatching(/^\d+$/), batchSize: 1 },
    });
    expect(api.logged.join('\n')).toContain('it has no text at $.dynamodb.NewImage.group.S');
  });
});

describe('a commit that goes over a bus', () => {
  test('reaches the queues of all rules that match it: the record, or the event that it is on the bus', async () => {
    await client.put('bus#both', { sort: 'yes', copy: 'yes', name: 'Grüße 🎟️' });
    await eventually(() => expect(feed.done()).toContain('bus#both'));
    const [entry] = begunWith('bus#both');
    const record = JSON.parse(entry?.event.Records[0].body);
    expect(record).toMatchObject({
      eventID: expect.stringMatching(/^[\da-f]{32}$/),
      eventName: 'INSERT',
      eventSource: 'aws:dynamodb',
      dynamodb: { Keys: { pk: { S: 'bus#both' } }, NewImage: { name: { S: 'Grüße 🎟️' } } },
    });
    const [event] = (await client.bodiesIn('Copied')).map((body) => JSON.parse(body));
    expect(event).toEqual({
      version: '0',
      id: expect.stringMatching(/^[\da-f-]{36}$/),
      'detail-type': 'Change',
      source: 'fake.table',
      account: '000000000000',
      time: expect.stringMatching(/^[\d-]{10}T[\d:]{8}Z$/),
      region: 'us-east-1',
      resources: [],
      detail: record,
    });
  });

  test('reaches nobody whose rule does not match it', async () => {
    await client.put('bus#copied', { copy: 'yes' });
    await client.put('bus#neither');
    await client.put('bus#sorted', { sort: 'yes' });
    await eventually(() => expect(feed.done()).toContain('bus#sorted'));
    await eventually(async () => expect((await client.countIn('Copied')).ready).toBe(1));
    expect(begunWith('bus#copied')).toEqual([]);
    expect(begunWith('bus#neither')).toEqual([]);
  });

  test('and that one queue does not take is left in the queue of its rule, as the event, and reaches the others', async () => {
    await client.put('bus#large', { sort: 'yes', copy: 'x'.repeat(2_000) });
    await eventually(() => expect(feed.done()).toContain('bus#large'));
    const [event] = (await client.bodiesIn('Undelivered')).map((body) => JSON.parse(body));
    expect(event).toMatchObject({ source: 'fake.table', detail: { dynamodb: { Keys: { pk: { S: 'bus#large' } } } } });
    expect(api.logged.join('\n')).toMatch(/CopiedRule \(AWS::Events::Rule\) cannot send the event .* to Copied/);
    await client.put('bus#after', { sort: 'yes' });
    await eventually(() => expect(feed.done()).toContain('bus#after'));
  });
});

describe('a failure', () => {
  test('brings only the failed message back, after its visibility timeout, and then into the dead-letter queue', async () => {
    await Promise.all([client.putAll(['plain#good-1', 'plain#good-2']), client.put('plain#bad', { does: 'fail' })]);
    await eventually(async () => expect((await client.countIn('PlainDead')).ready).toBe(1));
    const [first = 0, second = 0, ...more] = timesOf('plain#bad');
    // The time runs from when the message was received, and the function is told of it some time later.
    expect(second - first).toBeGreaterThanOrEqual(800);
    expect(more).toEqual([]);
    expect([timesOf('plain#good-1').length, timesOf('plain#good-2').length]).toEqual([1, 1]);
    const [dead] = await client.bodiesIn('PlainDead');
    expect(dead).toContain('plain#bad');
    expect(await client.countIn('Plain')).toEqual({ ready: 0, inWork: 0, delayed: 0 });
  });

  test.each(['throw', 'hang', 'babble'])('of the whole batch (%s) brings every message back', async (does) => {
    const [bad, good] = [`plain#${does}`, `plain#beside-${does}`];
    // In one commit, so that they are in one batch.
    await client.putAll([bad, good], { does });
    await eventually(() => expect([timesOf(bad).length, timesOf(good).length]).toEqual([2, 2]));
    expect(feed.done()).not.toContain(good);
  });

  test('counts for the whole batch only by throwing where partial failures are not asked for', async () => {
    await client.put('whole#ignored', { does: 'fail' });
    await eventually(() => expect(timesOf('whole#ignored')).toHaveLength(1));
    await client.put('whole#thrown', { does: 'throw' });
    await eventually(() => expect(timesOf('whole#thrown')).toHaveLength(2));
    expect(timesOf('whole#ignored')).toHaveLength(1);
  });
});

describe('a FIFO queue', () => {
  test('keeps the order of each group, with one batch of it in work, while other groups go on', async () => {
    const put = (group: string, place: number) => client.put(`fifo#${group}${place}`, { group, does: 'slow' });
    for (let place = 0; place < 4; place += 1) await Promise.all([put('a', place), put('b', place), put('c', place)]);
    const doneOf = (group: string) => feed.done().filter((id) => id.startsWith(`fifo#${group}`));
    await eventually(() => expect(['a', 'b', 'c'].flatMap(doneOf)).toHaveLength(12));
    for (const group of ['a', 'b', 'c']) {
      expect(doneOf(group)).toEqual([0, 1, 2, 3].map((place) => `fifo#${group}${place}`));
      let inWork = 0;
      for (const { kind, ids } of feed.ledger()) {
        if (!ids.some((id) => id.startsWith(`fifo#${group}`))) continue;
        inWork += kind === 'begin' ? 1 : -1;
        expect(inWork).toBeLessThanOrEqual(1);
      }
    }
  });

  test('holds back what comes after a failure in its group only', async () => {
    await client.put('fifo#x1', { group: 'x', does: 'fail-once' });
    await client.put('fifo#x2', { group: 'x' });
    await client.put('fifo#y1', { group: 'y' });
    await eventually(() => expect(feed.done()).toContain('fifo#x2'));
    const done = feed.done();
    expect(done.indexOf('fifo#x1')).toBeLessThan(done.indexOf('fifo#x2'));
    expect(done.indexOf('fifo#y1')).toBeLessThan(done.indexOf('fifo#x1'));
    expect(timesOf('fifo#x1')).toHaveLength(2);
  });

  test('gives a message up after its last attempt, and then goes on with the group', async () => {
    await client.put('fifo#z1', { group: 'z', does: 'fail' });
    await client.put('fifo#z2', { group: 'z' });
    await eventually(() => expect(feed.done()).toContain('fifo#z2'));
    expect(timesOf('fifo#z1')).toHaveLength(2);
    expect((await client.bodiesIn('FifoDead')).join()).toContain('fifo#z1');
  });

  test('tells the worker the group, the order and the id', async () => {
    await client.put('fifo#told', { group: 'told' });
    await eventually(() => expect(feed.done()).toContain('fifo#told'));
    const { attributes, body } = begunWith('fifo#told')[0]?.event.Records[0] ?? {};
    expect(attributes).toMatchObject({
      MessageGroupId: 'told',
      MessageDeduplicationId: JSON.parse(body).eventID,
      SequenceNumber: expect.stringMatching(/^\d{20}$/),
    });
  });
});

describe('time', () => {
  test('a delivery delay holds messages back', async () => {
    await client.put('late#1');
    const committedAt = Date.now();
    await eventually(async () => expect((await client.countIn('Late')).delayed).toBe(1));
    await eventually(() => expect(feed.done()).toContain('late#1'));
    expect((timesOf('late#1')[0] ?? 0) - committedAt).toBeGreaterThanOrEqual(950);
  });

  test('a batch window collects what comes meanwhile', async () => {
    const ids = Array.from({ length: 30 }, (_, place) => `window#${place}`);
    await client.putAll(ids.slice(0, 15));
    await wait(300);
    await client.putAll(ids.slice(15));
    await eventually(() => expect(feed.done().filter((id) => id.startsWith('window#'))).toHaveLength(30));
    const batches = feed.ledger().filter(({ kind, ids: [id] }) => kind === 'begin' && id?.startsWith('window#'));
    expect(batches.map(({ ids: batch }) => batch.length)).toEqual([30]);
  });
});

test('a mapping works on as many batches at a time as it may', async () => {
  await client.putAll(
    Array.from({ length: 6 }, (_, place) => `narrow#${place}`),
    { does: 'slow' },
  );
  const ours = () => feed.ledger().filter(({ ids: [id] }) => id?.startsWith('narrow#'));
  await eventually(() => expect(ours()).toHaveLength(12));
  let inWork = 0;
  const counts = ours().map(({ kind }) => {
    inWork += kind === 'begin' ? 1 : -1;
    return inWork;
  });
  expect(Math.max(...counts)).toBe(2);
});

test('a change has both images, and a write that changes nothing is no change', async () => {
  await client.put('change#1', { a: '1' });
  for (const a of ['2', '2', '3']) await client.put('change#1', { a });
  await eventually(async () => expect((await client.countIn('Changes')).ready).toBe(2));
  const images = (await client.bodiesIn('Changes')).map((body) => {
    const { OldImage: before, NewImage: after } = JSON.parse(body).dynamodb;
    return [before.a.S, after.a.S];
  });
  expect(images).toEqual([
    ['1', '2'],
    ['2', '3'],
  ]);
});

test('the queues answer this machine alone', async () => {
  const { port } = new URL(api.stack.outputs.sqsEndpoint);
  expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal);
  if (outside) await expect(fetch(`http://${outside.address}:${port}/health`)).rejects.toThrow('fetch failed');
});
