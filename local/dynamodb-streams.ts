import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { sign } from './sigv4.ts';
import { StackError } from './stack-error.ts';

/** A record as DynamoDB writes it: attribute values in JSON, times in epoch seconds. */
export interface StreamRecord {
  readonly eventID: string;
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly dynamodb: {
    readonly SequenceNumber: string;
    readonly NewImage?: object;
    readonly OldImage?: object;
    readonly [name: string]: unknown;
  };
  readonly [name: string]: unknown;
}

export interface Shard {
  readonly ShardId: string;
  readonly ParentShardId?: string;
}

/** A place in a stream: after this record, or before the first one of the shard. */
export interface Position {
  readonly shardId: string;
  readonly sequenceNumber?: string | undefined;
}

export type IteratorType = 'AT_SEQUENCE_NUMBER' | 'AFTER_SEQUENCE_NUMBER';

export interface RecordPage {
  readonly records: readonly StreamRecord[];
  readonly isFull: boolean;
  /** Where to go on; undefined at the end of a shard that is closed. */
  readonly next: string | undefined;
}

/** The stream of one table. */
export interface TableStream {
  /** Differs when the table was made anew. */
  readonly streamArn: string;
  readonly shards: () => Promise<Shard[]>;
  /** @param from - the record itself, or what comes after it, which is the default. */
  readonly iteratorAt: (position: Position, from?: IteratorType) => Promise<string>;
  /** @param limit - fewer records than a page has. */
  readonly read: (iterator: string, limit?: number) => Promise<RecordPage>;
  /** Whether there may be news since the call before; where it is missing, only reading tells. */
  readonly hasChanged?: () => boolean;
  /** Makes a record of the database one of the template's stream. */
  readonly complete: (record: StreamRecord) => StreamRecord;
  readonly close: () => void;
}

/** What was asked for is no longer in the stream. DynamoDB Local says so of a young one too, when many write. */
export class TrimmedError extends Error {
  override readonly name = 'TrimmedError';
}

export interface StreamSource {
  readonly endpoint: string;
  readonly region: string;
  readonly tableName: string;
  /** Under which the template knows the stream; records carry it. */
  readonly streamArn: string;
}

/** Few enough that parsing them does not keep requests waiting. */
const pageSize = 100;

/**
 * Finds the stream of a table. The answers of the API are used as they are, because a pipe hands on exactly that JSON;
 * the SDK would turn its numbers and times into objects.
 *
 * @throws {StackError} where the table has no stream.
 */
export async function openStream({ endpoint, region, tableName, streamArn }: StreamSource): Promise<TableStream> {
  const call = caller(endpoint, region);
  const { Table: table } = (await call('DynamoDB_20120810.DescribeTable', { TableName: tableName })) as {
    Table: { LatestStreamArn?: string };
  };
  const { LatestStreamArn: actualArn } = table;
  if (!actualArn) {
    throw new StackError(`The table ${tableName} was made without a stream; "npm run reset" deletes it.`);
  }
  // The ids of dynoxide are numbers that start anew with each table, those of AWS are unique.
  const complete = (record: StreamRecord): StreamRecord => ({
    ...record,
    eventID: createHash('sha256').update(`${actualArn} ${record.eventID}`).digest('hex').slice(0, 32),
    awsRegion: region,
    eventSourceARN: streamArn,
  });
  return {
    streamArn: actualArn,
    shards: () => listShards(call, actualArn),
    iteratorAt: async ({ shardId, sequenceNumber }, from = 'AFTER_SEQUENCE_NUMBER') => {
      const { ShardIterator: iterator } = (await call('DynamoDBStreams_20120810.GetShardIterator', {
        StreamArn: actualArn,
        ShardId: shardId,
        ...(sequenceNumber === undefined
          ? { ShardIteratorType: 'TRIM_HORIZON' }
          : { ShardIteratorType: from, SequenceNumber: sequenceNumber }),
      })) as { ShardIterator: string };
      return iterator;
    },
    read: async (iterator, limit = pageSize) => {
      const page = (await call('DynamoDBStreams_20120810.GetRecords', {
        ShardIterator: iterator,
        Limit: limit,
      })) as { Records: StreamRecord[]; NextShardIterator?: string | null };
      return {
        records: page.Records.map(complete),
        isFull: page.Records.length === limit,
        next: page.NextShardIterator ?? undefined,
      };
    },
    complete,
    close: () => undefined,
  };
}

/** Whether a record has a change: unlike DynamoDB, dynoxide writes one where a write has changed nothing. */
export function isChange({ eventName, dynamodb: { NewImage, OldImage } }: StreamRecord): boolean {
  return eventName !== 'MODIFY' || !NewImage || !OldImage || !isDeepStrictEqual(NewImage, OldImage);
}

type Call = (operation: string, input: object) => Promise<unknown>;

async function listShards(call: Call, streamArn: string): Promise<Shard[]> {
  const shards: Shard[] = [];
  for (let last: string | undefined; ; ) {
    const { StreamDescription: page } = (await call('DynamoDBStreams_20120810.DescribeStream', {
      StreamArn: streamArn,
      ...(last && { ExclusiveStartShardId: last }),
    })) as { StreamDescription: { Shards?: Shard[]; LastEvaluatedShardId?: string } };
    shards.push(...(page.Shards ?? []));
    last = page.LastEvaluatedShardId;
    if (!last) return shards;
  }
}

function caller(endpoint: string, region: string): Call {
  const { host } = new URL(endpoint);
  return async (operation, input) => {
    const body = JSON.stringify(input);
    const headers = { host, 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': operation };
    const signed = await sign(
      { method: 'POST', path: '/', queryString: '', headers, body },
      { accessKeyId: 'local', secretAccessKey: 'local' },
      { region, service: 'dynamodb', time: new Date() },
    );
    const response = await fetch(endpoint, { method: 'POST', headers: signed, body });
    const answer = await response.text();
    const fault = `${operation} answers ${response.status}: ${answer}`;
    if (!response.ok) throw answer.includes('#TrimmedDataAccessException') ? new TrimmedError(fault) : new Error(fault);
    return JSON.parse(answer);
  };
}
