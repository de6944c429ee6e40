import {
  type _Record,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ResourceNotFoundException,
  TrimmedDataAccessException,
} from '@aws-sdk/client-dynamodb-streams';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { messageBody } from '../../functions/shared/queues.ts';
import { handler } from '../../functions/workers/replay-changes.ts';
import { deliver } from '../support/store-table.ts';

vi.stubEnv('TABLE_NAME', 'evently-test');
vi.stubEnv('AWS_REGION', 'eu-central-1');
vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
const toBus = 'arn:aws:pipes:eu-central-1:111122223333:pipe/ToBus';
const toQueue = 'arn:aws:pipes:eu-central-1:111122223333:pipe/ToQueue';
const routes = [
  { pipe: toBus, bus: 'changes', source: 'evently.table', detailType: 'Change' },
  { pipe: toQueue, queueUrl: 'https://sqs/line.fifo', groupBy: '$.dynamodb.NewImage.tierKey.S' },
];
vi.stubEnv('REPLAY_ROUTES', JSON.stringify(routes));

const streams = mockClient(DynamoDBStreamsClient);
const buses = mockClient(EventBridgeClient);
const queues = mockClient(SQSClient);
const database = mockClient(DynamoDBDocumentClient);
beforeEach(() => {
  for (const mock of [streams, buses, queues, database]) mock.reset();
  buses.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: 'e' }] });
  queues.on(SendMessageCommand).resolves({ MessageId: 'm' });
  database.on(PutCommand).resolves({});
  streams.on(GetShardIteratorCommand).resolves({ ShardIterator: 'page 0' });
});

const streamArn = 'arn:aws:dynamodb:eu-central-1:111122223333:table/evently-test/stream/2030-01-01T00:00:00.000';
const unsent = (pipe: string, start: number | string, end: number | string = start) =>
  JSON.stringify({
    context: { partnerResourceArn: pipe, condition: 'RetryAttemptsExhausted' },
    version: '1.0',
    timestamp: '2030-01-01T10:00:00.000Z',
    DDBStreamBatchInfo: {
      shardId: 'shardId-1',
      startSequenceNumber: String(start),
      endSequenceNumber: String(end),
      approximateArrivalOfFirstRecord: '2030-01-01T09:00:00Z',
      approximateArrivalOfLastRecord: '2030-01-01T09:00:00Z',
      batchSize: 1,
      streamArn,
    },
  });
const record = (number: number | string, image: Record<string, { S: string }> = {}): _Record => ({
  eventID: `id-${number}`,
  eventName: 'MODIFY',
  dynamodb: { SequenceNumber: String(number), NewImage: { tierKey: { S: 'EVENT#e#TIER#t' }, ...image } },
});
/** The pages of the shard from the start of the range on; after the last one it is over. */
const shardHas = (...pages: _Record[][]) => {
  for (const [number, Records] of pages.entries()) {
    const next = number + 1 < pages.length ? { NextShardIterator: `page ${number + 1}` } : {};
    streams.on(GetRecordsCommand, { ShardIterator: `page ${number}` }).resolves({ Records, ...next });
  }
};
const events = () => buses.commandCalls(PutEventsCommand).flatMap(({ args: [{ input }] }) => input.Entries ?? []);
const sentToBus = () => events().map(({ Detail }) => JSON.parse(Detail ?? '').eventID);
const messages = () => queues.commandCalls(SendMessageCommand).map(({ args: [{ input }] }) => input);
const noted = () => database.commandCalls(PutCommand).map(({ args: [{ input }] }) => input.Item);

describe('a dead letter of the pipe to the bus', () => {
  it('is read from its first change to its last, and each is an event as the pipe makes it', async () => {
    shardHas([record(7), record(8)], [], [record(9), record(10)]);
    expect(await deliver(handler, [unsent(toBus, 7, 9)])).toEqual([]);
    expect(streams.commandCalls(GetShardIteratorCommand)[0]?.args[0].input).toEqual({
      StreamArn: streamArn,
      ShardId: 'shardId-1',
      ShardIteratorType: 'AT_SEQUENCE_NUMBER',
      SequenceNumber: '7',
    });
    expect(sentToBus().sort()).toEqual(['id-7', 'id-8', 'id-9']);
    expect(events()[0]).toMatchObject({ EventBusName: 'changes', Source: 'evently.table', DetailType: 'Change' });
    expect(messages()).toEqual([]);
  });

  it('has the form that the pipe gives it: times in seconds, bytes in base64, the stream and who removed it', async () => {
    shardHas([
      {
        eventID: 'id-7',
        eventName: 'REMOVE',
        eventVersion: '1.1',
        eventSource: 'aws:dynamodb',
        awsRegion: 'eu-central-1',
        dynamodb: {
          ApproximateCreationDateTime: new Date('2030-01-01T09:00:00Z'),
          Keys: { pk: { S: 'a' } },
          OldImage: { pk: { S: 'a' }, b: { B: Uint8Array.of(0, 1, 255) }, l: { L: [{ N: '1.50' }, { NULL: true }] } },
          SequenceNumber: '7',
          SizeBytes: 12,
          StreamViewType: 'NEW_AND_OLD_IMAGES',
        },
        userIdentity: { Type: 'Service', PrincipalId: 'dynamodb.amazonaws.com' },
      },
    ]);
    await deliver(handler, [unsent(toBus, 7)]);
    expect(JSON.parse(events()[0]?.Detail ?? '')).toEqual({
      eventID: 'id-7',
      eventName: 'REMOVE',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      eventSourceARN: streamArn,
      awsRegion: 'eu-central-1',
      dynamodb: {
        ApproximateCreationDateTime: Date.parse('2030-01-01T09:00:00Z') / 1_000,
        Keys: { pk: { S: 'a' } },
        OldImage: { pk: { S: 'a' }, b: { B: 'AAH/' }, l: { L: [{ N: '1.50' }, { NULL: true }] } },
        SequenceNumber: '7',
        SizeBytes: 12,
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
      userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
    });
  });

  it('compares numbers that are longer than a double', async () => {
    const numbers = ['100000000000000000001', '100000000000000000002', '100000000000000000003'] as const;
    shardHas(numbers.map((number) => record(number)));
    expect(await deliver(handler, [unsent(toBus, numbers[0], numbers[1])])).toEqual([]);
    expect(sentToBus()).toHaveLength(2);
  });

  it('fails where the bus does not take one of them, so that it comes again', async () => {
    shardHas([record(7)]);
    const Entries = [{ ErrorCode: 'ThrottlingException', ErrorMessage: 'slowly' }];
    buses.on(PutEventsCommand).resolves({ FailedEntryCount: 1, Entries });
    expect(await deliver(handler, [unsent(toBus, 7)])).toEqual([0]);
    expect(noted()[0]?.message).toBe('the bus did not take id-7: ThrottlingException: slowly');
  });
});

describe('a dead letter of the pipe to the FIFO queue', () => {
  it('is sent in order, with the group and the id that the pipe gives', async () => {
    const other = record(9);
    const { tierKey: _none, ...image } = other.dynamodb?.NewImage ?? {};
    const removed = { ...record(10), eventName: 'REMOVE' as const, dynamodb: { SequenceNumber: '10' } };
    shardHas([
      record(7),
      record(8, { tierKey: { S: 'EVENT#e#TIER#u' } }),
      { ...other, dynamodb: { ...other.dynamodb, NewImage: image } },
      removed,
      record(11),
    ]);
    expect(await deliver(handler, [unsent(toQueue, 7, 11)])).toEqual([]);
    expect(
      messages().map(({ MessageGroupId, MessageDeduplicationId }) => [MessageGroupId, MessageDeduplicationId]),
    ).toEqual([
      ['EVENT#e#TIER#t', 'id-7'],
      ['EVENT#e#TIER#u', 'id-8'],
      ['EVENT#e#TIER#t', 'id-11'],
    ]);
    expect(messages()[0]?.QueueUrl).toBe('https://sqs/line.fifo');
    expect(JSON.parse(messages()[0]?.MessageBody ?? '')).toMatchObject({ eventID: 'id-7', eventSourceARN: streamArn });
    expect(events()).toEqual([]);
  });

  it('may hold any text', () => {
    const text = { a: 'é\uffff🎟' };
    expect(messageBody(text)).toBe('{"a":"é\\uffff\\ud83c\\udf9f"}');
    expect(JSON.parse(messageBody(text))).toEqual(text);
  });
});

describe('changes that are gone', () => {
  const metadata = { message: 'trimmed', $metadata: {} };
  const isGone = async () => {
    expect(await deliver(handler, [unsent(toBus, 7, 9)])).toEqual([0]);
    expect(noted()[0]).toMatchObject({
      name: 'ChangesGone',
      message: 'the changes 7 to 9 of shardId-1 are not in the stream, which keeps a change for a day',
    });
  };

  it.each([
    ['the first one is too old', new TrimmedDataAccessException(metadata)],
    ['their shard is forgotten', new ResourceNotFoundException(metadata)],
  ])('are an error where %s', async (_what, error) => {
    streams.on(GetShardIteratorCommand).rejects(error);
    await isGone();
  });

  it('are an error where they go while they are read', async () => {
    streams.on(GetRecordsCommand).rejects(new TrimmedDataAccessException(metadata));
    await isGone();
  });

  it('are an error where the stream goes on with a later one, which is not sent for it', async () => {
    shardHas([record(8), record(9)]);
    await isGone();
    expect(events()).toEqual([]);
  });

  it('are an error where the shard ends before the last one', async () => {
    shardHas([record(7)]);
    await isGone();
  });
});

describe('a message fails', () => {
  it('where its pipe is none of the stack', async () => {
    expect(await deliver(handler, [unsent(`${toBus}2`, 7)])).toEqual([0]);
    expect(noted()[0]?.message).toBe(`${toBus}2 is no pipe of the stack`);
    expect(streams.calls()).toEqual([]);
  });

  it('where the function would be cut off in the middle', async () => {
    shardHas([record(7)]);
    expect(await deliver(handler, [unsent(toBus, 7)], () => 5_000)).toEqual([0]);
    expect(noted()[0]?.message).toContain('no time is left');
    expect(events()).toEqual([]);
  });

  it('where it is none of a pipe', async () => {
    const body = JSON.stringify({ requestContext: {}, DDBStreamBatchInfo: {} });
    expect(await deliver(handler, [body, unsent(toBus, 'x'), unsent(toBus, 10, 9)])).toEqual([0, 1, 2]);
    expect(noted().map((item) => item?.name)).toEqual(['ZodError', 'ZodError', 'ZodError']);
  });
});
