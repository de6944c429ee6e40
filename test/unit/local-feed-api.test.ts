import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { busOperations } from '../../local/bus-api.ts';
import type { StreamRecord, TableStream } from '../../local/dynamodb-streams.ts';
import { readBuses } from '../../local/event-bus.ts';
import { type JsonService, type Operations, ServiceError, startJsonService } from '../../local/json-service.ts';
import { nameOf } from '../../local/queues.ts';
import type { Sqs } from '../../local/sqs.ts';
import { streamOperations } from '../../local/streams-api.ts';
import { resolveTemplate } from '../../local/template.ts';
import { bus, feedTemplate, policy, queue, rule } from '../support/fake-feed.ts';

// What functions reach of the change feed: the APIs of streams and buses.

const world = {
  region: 'us-east-1',
  accountId: '000000000000',
  stackName: 'Fake',
  apiUrl: 'http://127.0.0.1:3000',
  sqsUrl: 'http://127.0.0.1:4566',
  id: (purpose: string, length: number) => purpose.toLowerCase().padEnd(length, 'x').slice(0, length),
};
const refusal = async (call: object | Promise<object>) =>
  Promise.resolve(call).then(
    () => 'none',
    (error: unknown) => (error as Error).name,
  );

describe('the API of streams', () => {
  const record = (number: string, more: Partial<StreamRecord> = {}): StreamRecord => ({
    eventID: `id-${number}`,
    eventName: 'INSERT',
    eventSourceARN: 'template-arn',
    dynamodb: { SequenceNumber: number },
    ...more,
  });
  const records = ['3', '4', '5', '6'].map((number) => record(number));
  const stream: TableStream = {
    streamArn: 'database-arn',
    shards: async () => [{ ShardId: 'shard' }],
    iteratorAt: async ({ sequenceNumber = '0' }, from) =>
      from === 'AT_SEQUENCE_NUMBER' ? String(Number(sequenceNumber) - 1) : sequenceNumber,
    read: async (iterator, limit = 2) => {
      const page = records.filter(({ dynamodb }) => Number(dynamodb.SequenceNumber) > Number(iterator)).slice(0, limit);
      return { records: page, isFull: false, next: page.at(-1)?.dynamodb.SequenceNumber };
    },
    complete: (one) => one,
    close: () => undefined,
  };
  const operations = streamOperations(new Map([['template-arn', stream]]));
  const call = async (name: string, input: Record<string, unknown>) =>
    (await operations[`DynamoDBStreams_20120810.${name}`]?.(input)) as {
      ShardIterator?: string;
      NextShardIterator?: string;
      Records?: StreamRecord[];
    };
  const iterator = (more: object = {}) =>
    call('GetShardIterator', {
      StreamArn: 'template-arn',
      ShardId: 'shard',
      ShardIteratorType: 'AT_SEQUENCE_NUMBER',
      SequenceNumber: '4',
      ...more,
    });
  const numbersFrom = async (more: object, limit?: number) => {
    const { ShardIterator } = await iterator(more);
    const { Records } = await call('GetRecords', { ShardIterator, ...(limit && { Limit: limit }) });
    return Records?.map(({ dynamodb }) => dynamodb.SequenceNumber);
  };

  test('begins at a record, after it, or at the first one', async () => {
    expect(await numbersFrom({})).toEqual(['4', '5']);
    expect(await numbersFrom({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER' })).toEqual(['5', '6']);
    expect(await numbersFrom({ ShardIteratorType: 'TRIM_HORIZON', SequenceNumber: undefined })).toEqual(['3', '4']);
  });

  test('gives as many as are wanted, says where to go on, and names the stream in iterators alone', async () => {
    const { ShardIterator } = await iterator();
    expect(ShardIterator).toMatch(/^template-arn\|/);
    const page = await call('GetRecords', { ShardIterator, Limit: 1 });
    expect(page).toEqual({
      Records: [{ eventID: 'id-4', eventName: 'INSERT', dynamodb: { SequenceNumber: '4' } }],
      NextShardIterator: expect.stringMatching(/^template-arn\|/),
    });
    const { Records } = await call('GetRecords', { ShardIterator: page.NextShardIterator });
    expect(Records?.[0]?.eventID).toBe('id-5');
  });

  test('leaves out what DynamoDB would not write: a write that changed nothing', async () => {
    const image = { pk: { S: 'a' } };
    const same = { SequenceNumber: '5', NewImage: image, OldImage: { ...image } };
    records[2] = record('5', { eventName: 'MODIFY', dynamodb: same });
    expect(await numbersFrom({}, 3)).toEqual(['4', '6']);
    records[2] = record('5');
  });

  test.each([
    ['TrimmedDataAccessException', { SequenceNumber: '1' }],
    ['TrimmedDataAccessException', { SequenceNumber: '9' }],
    ['ResourceNotFoundException', { ShardId: 'another' }],
    ['ResourceNotFoundException', { StreamArn: 'database-arn' }],
    ['ValidationException', { ShardIteratorType: 'LATEST' }],
    ['ValidationException', { SequenceNumber: undefined }],
    ['ValidationException', { SequenceNumber: 'x' }],
  ])('refuses with %s where it is asked for %j', async (name, more) => {
    expect(await refusal(iterator(more))).toBe(name);
  });
});

describe('the API of buses', () => {
  const template = resolveTemplate(
    feedTemplate({
      Bus: bus(),
      Sorted: queue(),
      SortedRule: rule('Sorted', { source: ['us'], detail: { kind: ['a'] } }),
      SortedPolicy: policy('Sorted', 'SortedRule'),
    }),
    world,
  );
  const [sorted] = template.of('AWS::SQS::Queue');
  const [fake] = template.of('AWS::Events::EventBus');
  if (!sorted || !fake) throw new Error('the template has no bus');
  const sent: string[][] = [];
  const sqs = {
    sendMessage: (name: string, body: string) => sent.push([name, body]),
    atOnce: (send: () => void) => send(),
  } as unknown as Sqs;
  const operations = busOperations(
    readBuses(template, () => sorted),
    { sqs, log: () => undefined },
  );
  const entry = { EventBusName: fake.ref, Source: 'us', DetailType: 'Change', Detail: '{"kind":"a"}' };
  const put = (...Entries: object[]) => operations['AWSEvents.PutEvents']?.({ Entries }) as { [name: string]: unknown };
  beforeEach(() => {
    sent.length = 0;
  });

  test('sends what a rule wants, to a bus by its name or its ARN', () => {
    const byArn = { ...entry, EventBusName: fake.attributes.Arn };
    expect(put(entry, byArn, { ...entry, Detail: '{"kind":"b"}' })).toMatchObject({
      FailedEntryCount: 0,
      Entries: [{ EventId: expect.any(String) }, { EventId: expect.any(String) }, { EventId: expect.any(String) }],
    });
    const message = [nameOf(sorted), '{"kind":"a"}'];
    expect(sent).toEqual([message, message]);
  });

  test('says of each event why it was not taken', () => {
    expect(put(entry, { ...entry, EventBusName: 'none' }, { ...entry, Detail: '{' })).toMatchObject({
      FailedEntryCount: 2,
      Entries: [{}, { ErrorCode: 'ResourceNotFoundException' }, { ErrorCode: 'MalformedDetail' }],
    });
    expect(sent).toHaveLength(1);
  });

  test.each([
    ['no event', []],
    ['eleven events', Array.from({ length: 11 }, () => entry)],
    ['a source that is reserved', [{ ...entry, Source: 'aws.dynamodb' }]],
    ['an event without a bus', [{ ...entry, EventBusName: undefined }]],
  ])('refuses %s', (_what, entries) => {
    expect(() => put(...entries)).toThrow(ServiceError);
    expect(sent).toEqual([]);
  });
});

describe('a service of JSON', () => {
  let service: JsonService;
  beforeEach(async () => {
    service = await startJsonService();
  });
  afterEach(() => service.stop());
  const ask = async (target: string, body: string) => {
    const answer = await fetch(service.endpoint, { method: 'POST', headers: { 'x-amz-target': target }, body });
    return [answer.status, await answer.json()];
  };
  const operations: Operations = {
    'A.Echo': (input) => input,
    'A.Refuse': () => {
      throw new ServiceError('NoException', 'no');
    },
    'A.Break': async () => {
      throw new TypeError('broken');
    },
  };

  test('lets requests wait until it knows its operations', async () => {
    const early = ask('A.Echo', '{"a":1}');
    service.serve(operations);
    expect(await early).toEqual([200, { a: 1 }]);
  });

  test('names its refusals as AWS does, and other faults as its own', async () => {
    service.serve(operations);
    expect(await ask('A.Refuse', '{}')).toEqual([400, { __type: 'NoException', message: 'no' }]);
    expect(await ask('A.Break', '{}')).toEqual([500, { __type: 'InternalServerError', message: 'broken' }]);
    expect((await ask('A.Other', '{}'))[1]).toMatchObject({ __type: 'UnknownOperationException' });
  });
});
