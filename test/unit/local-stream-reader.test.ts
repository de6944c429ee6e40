import { expect, test, vi } from 'vitest';
import {
  type Position,
  type Shard,
  type StreamRecord,
  type TableStream,
  TrimmedError,
} from '../../local/dynamodb-streams.ts';
import { type Consumer, isAfter, startStreamReader } from '../../local/stream-reader.ts';

// A stream whose shards end, as those of DynamoDB do after some hours; the embedded database has a single one.
const record = (sequenceNumber: string): StreamRecord => ({
  eventID: sequenceNumber,
  eventName: 'INSERT',
  dynamodb: { SequenceNumber: sequenceNumber },
});

function fakeStream(shards: (Shard & { records: string[]; isOpen?: boolean })[]) {
  const started: Position[] = [];
  const find = (shardId: string | undefined) => shards.find(({ ShardId }) => ShardId === shardId);
  const stream: TableStream = {
    streamArn: 'arn',
    shards: async () => shards,
    iteratorAt: async (position) => {
      started.push(position);
      const { records = [] } = find(position.shardId) ?? {};
      const done = records.filter((one) => !isAfter({ shardId: '', sequenceNumber: one }, position));
      return `${position.shardId} ${done.length}`;
    },
    read: async (iterator) => {
      const [shardId, place] = iterator.split(' ');
      const { records = [], isOpen } = find(shardId) ?? {};
      const page = records.slice(Number(place));
      return {
        records: page.map(record),
        isFull: false,
        next: isOpen ? `${shardId} ${records.length}` : undefined,
      };
    },
    complete: (one) => one,
    close: () => undefined,
  };
  return { stream, started };
}

function collector(start?: Position): Consumer & { taken: string[]; failures: Error[] } {
  const taken: string[] = [];
  const failures: Error[] = [];
  let done = start;
  return {
    taken,
    failures,
    position: () => done,
    take: async (records, shardId) => {
      for (const { dynamodb } of records) {
        const position = { shardId, sequenceNumber: dynamodb.SequenceNumber };
        if (done && !isAfter(position, done)) continue;
        const failure = failures.shift();
        if (failure) throw failure;
        taken.push(dynamodb.SequenceNumber);
        done = position;
      }
    },
  };
}

async function read(stream: TableStream, consumers: readonly Consumer[], until: () => void): Promise<string[]> {
  const logged: string[] = [];
  const reader = startStreamReader({
    stream,
    consumers,
    pace: { isUnderPressure: () => false },
    log: (line) => logged.push(line),
  });
  try {
    await vi.waitFor(until, { timeout: 5_000 });
  } finally {
    await reader.stop();
  }
  return logged;
}

const chain = () => [
  { ShardId: 'second', ParentShardId: 'first', records: ['98', '100'] },
  { ShardId: 'first', ParentShardId: 'trimmed', records: ['8', '9', '10'] },
  { ShardId: 'third', ParentShardId: 'second', records: ['101'], isOpen: true },
];

test('reads one shard after the other, the oldest first', async () => {
  const consumer = collector();
  const { stream } = fakeStream(chain());
  await read(stream, [consumer], () => expect(consumer.taken).toHaveLength(6));
  expect(consumer.taken).toEqual(['8', '9', '10', '98', '100', '101']);
});

test('reads once, from where the last of its consumers is, and gives each what it has not had', async () => {
  const ahead = collector({ shardId: 'second', sequenceNumber: '100' });
  const behind = collector({ shardId: 'first', sequenceNumber: '9' });
  const { stream, started } = fakeStream(chain());
  await read(stream, [ahead, behind], () => expect(behind.taken).toHaveLength(4));
  expect([ahead.taken, behind.taken]).toEqual([['101'], ['10', '98', '100', '101']]);
  expect(started.map(({ shardId }) => shardId)).toEqual(['first', 'second', 'third']);
});

test('starts at the oldest record where the one of its position is gone', async () => {
  const consumer = collector({ shardId: 'trimmed', sequenceNumber: '3' });
  const { stream } = fakeStream(chain());
  await read(stream, [consumer], () => expect(consumer.taken).toHaveLength(6));
});

test('brings again what a consumer did not take, and does not hold up the others', async () => {
  const [good, bad] = [collector(), collector()];
  bad.failures.push(new Error('disk full'));
  const { stream } = fakeStream(chain());
  const logged = await read(stream, [good, bad], () => expect(bad.taken).toHaveLength(6));
  expect(good.taken).toHaveLength(6);
  expect(logged).toEqual(['The stream arn cannot be read: disk full']);
});

test('an iterator that is too old is changed for another one without a word', async () => {
  const { stream, started } = fakeStream(chain());
  const { read: readPage } = stream;
  let isOld = true;
  const aged: TableStream = {
    ...stream,
    read: async (iterator) => {
      if (isOld && iterator.startsWith('second')) {
        isOld = false;
        throw new TrimmedError('too old');
      }
      return readPage(iterator);
    },
  };
  const consumer = collector();
  const logged = await read(aged, [consumer], () => expect(consumer.taken).toContain('101'));
  expect(consumer.taken).toEqual(['8', '9', '10', '98', '100', '101']);
  expect(started).toHaveLength(5);
  expect(logged).toEqual([]);
});

test('a place that the stream has forgotten is told, and reading goes on at the oldest record', async () => {
  const { stream } = fakeStream(chain());
  const { iteratorAt } = stream;
  const forgetful: TableStream = {
    ...stream,
    iteratorAt: async (position) => {
      if (position.sequenceNumber !== undefined) throw new TrimmedError('forgotten');
      return iteratorAt(position);
    },
  };
  const consumer = collector({ shardId: 'first', sequenceNumber: '5' });
  const logged = await read(forgetful, [consumer], () => expect(consumer.taken).toContain('101'));
  expect(consumer.taken).toEqual(['8', '9', '10', '98', '100', '101']);
  expect(logged).toEqual(['The stream arn does not go back to where it was read last: changes may be missing.']);
});
