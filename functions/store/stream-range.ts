import {
  type _Record,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  type GetRecordsCommandOutput,
  GetShardIteratorCommand,
  ResourceNotFoundException,
  TrimmedDataAccessException,
} from '@aws-sdk/client-dynamodb-streams';
import * as z from 'zod';
import { limits } from '../domain/limits.ts';
import { observable } from '../shared/aws-clients.ts';

/** The pipes read the stream too: whoever comes third waits and asks again. */
const streams = observable(
  new DynamoDBStreamsClient({
    maxAttempts: 5,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
  }),
);

const SequenceNumber = z.string().regex(/^\d{1,40}$/, { abort: true });

/** Changes of one shard of the table's stream, from one to another, both included. */
export const StreamRange = z
  .object({
    streamArn: z.string(),
    shardId: z.string(),
    startSequenceNumber: SequenceNumber,
    endSequenceNumber: SequenceNumber,
  })
  // It would be read, and nothing of it sent.
  .refine((range) => BigInt(range.startSequenceNumber) <= BigInt(range.endSequenceNumber), 'ends before it begins');
export type StreamRange = z.infer<typeof StreamRange>;

/** A record as a pipe hands it on. */
export interface PipedRecord {
  eventID: string;
  [name: string]: unknown;
}

/** The stream keeps a change for 24 hours. Nobody can send it again after that. */
export class ChangesGone extends Error {
  override readonly name = 'ChangesGone';

  constructor({ shardId, startSequenceNumber, endSequenceNumber }: StreamRange, options?: ErrorOptions) {
    const changes = `the changes ${startSequenceNumber} to ${endSequenceNumber} of ${shardId}`;
    super(`${changes} are not in the stream, which keeps a change for a day`, options);
  }
}

/**
 * Reads the changes of a range, some at a time, in their order.
 *
 * @throws {ChangesGone} where the stream does not have all of them any more
 * @throws {Error} where the time ends first
 */
export async function* readRange(range: StreamRange, remainingMs: () => number): AsyncGenerator<PipedRecord[]> {
  const first = BigInt(range.startSequenceNumber);
  const last = BigInt(range.endSequenceNumber);
  let isFirst = true;
  let iterator = await iteratorAtStart(range);
  while (iterator) {
    if (remainingMs() < limits.replayReserveMs) throw new Error(`no time is left for ${JSON.stringify(range)}`);
    const { Records = [], NextShardIterator: next }: GetRecordsCommandOutput = await read(iterator, range);
    const numbered = Records.map((record) => ({ record, number: BigInt(record.dynamodb?.SequenceNumber ?? 0) }));
    const [begin] = numbered;
    if (isFirst && begin && begin.number !== first) throw new ChangesGone(range);
    if (begin) isFirst = false;
    const wanted = numbered.filter(({ number }) => number <= last);
    if (wanted.length > 0) yield wanted.map(({ record }) => pipedRecord(record, range.streamArn));
    const end = numbered.at(-1);
    if (end && end.number >= last) return;
    iterator = next;
  }
  // The shard was over before.
  throw new ChangesGone(range);
}

/** A record in the JSON of the stream itself, which a pipe leaves as it is and the SDK makes objects of. */
export function pipedRecord({ userIdentity, ...record }: _Record, streamArn: string): PipedRecord {
  return {
    ...(json(record) as object),
    eventID: record.eventID ?? '',
    // Pipes and functions are told of it in small letters.
    ...(userIdentity && { userIdentity: { type: userIdentity.Type, principalId: userIdentity.PrincipalId } }),
    eventSourceARN: streamArn,
  };
}

/** Times in epoch seconds, bytes in base64. */
function json(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1_000;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(json);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, json(part)]));
}

async function iteratorAtStart(range: StreamRange): Promise<string | undefined> {
  const { streamArn, shardId, startSequenceNumber } = range;
  const command = new GetShardIteratorCommand({
    StreamArn: streamArn,
    ShardId: shardId,
    ShardIteratorType: 'AT_SEQUENCE_NUMBER',
    SequenceNumber: startSequenceNumber,
  });
  return (await orGone(streams.send(command), range)).ShardIterator;
}

function read(iterator: string, range: StreamRange) {
  const command = new GetRecordsCommand({ ShardIterator: iterator, Limit: limits.replayedAtATime });
  return orGone(streams.send(command), range);
}

/** A shard is forgotten some time after its last record. */
async function orGone<Answer>(answer: Promise<Answer>, range: StreamRange): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof TrimmedDataAccessException || error instanceof ResourceNotFoundException)) throw error;
    throw new ChangesGone(range, { cause: error });
  }
}
