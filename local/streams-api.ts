import { z } from 'zod';
import { isChange, type StreamRecord, type TableStream } from './dynamodb-streams.ts';
import { type Input, type Operations, ServiceError } from './json-service.ts';

const IteratorInput = z.strictObject({
  StreamArn: z.string(),
  ShardId: z.string(),
  // What is newest depends on the moment, and nobody asks for it.
  ShardIteratorType: z.enum(['AT_SEQUENCE_NUMBER', 'AFTER_SEQUENCE_NUMBER', 'TRIM_HORIZON']),
  SequenceNumber: z.string().regex(/^\d+$/).optional(),
});
const RecordsInput = z.strictObject({ ShardIterator: z.string(), Limit: z.int().min(1).max(1_000).optional() });

/**
 * The API of the streams as the template knows them: the database has other ARNs and ids for the same.
 *
 * @param streams - by their ARN in the template.
 */
export function streamOperations(streams: ReadonlyMap<string, TableStream>): Operations {
  const streamOf = (arn: string): TableStream => {
    const stream = streams.get(arn);
    if (!stream) throw new ServiceError('ResourceNotFoundException', `Requested resource not found: Stream: ${arn}`);
    return stream;
  };
  return {
    'DynamoDBStreams_20120810.GetShardIterator': async (input) => {
      const { StreamArn, ShardId: shardId, ShardIteratorType: type, SequenceNumber } = read(IteratorInput, input);
      const stream = streamOf(StreamArn);
      if (!(await stream.shards()).some(({ ShardId }) => ShardId === shardId)) {
        throw new ServiceError('ResourceNotFoundException', `Requested resource not found: Shard: ${shardId}`);
      }
      const iterator = await iteratorOf(stream, { shardId, type, sequenceNumber: SequenceNumber });
      return { ShardIterator: `${StreamArn}|${iterator}` };
    },
    'DynamoDBStreams_20120810.GetRecords': async (input) => {
      const { ShardIterator, Limit } = read(RecordsInput, input);
      const [arn = '', ...iterator] = ShardIterator.split('|');
      const { records, next } = await streamOf(arn).read(iterator.join('|'), Limit);
      return {
        Records: records.filter(isChange).map(asInApi),
        ...(next !== undefined && { NextShardIterator: `${arn}|${next}` }),
      };
    },
  };
}

interface Start {
  readonly shardId: string;
  readonly type: z.output<typeof IteratorInput>['ShardIteratorType'];
  readonly sequenceNumber: string | undefined;
}

/** A record that is not there was trimmed: nobody asks for one that is still to come. dynoxide would begin elsewhere. */
async function iteratorOf(stream: TableStream, { shardId, type, sequenceNumber }: Start): Promise<string> {
  if (type === 'TRIM_HORIZON') return stream.iteratorAt({ shardId });
  if (sequenceNumber === undefined) throw new ServiceError('ValidationException', `${type} needs a SequenceNumber`);
  const at = await stream.iteratorAt({ shardId, sequenceNumber }, 'AT_SEQUENCE_NUMBER');
  const [first] = (await stream.read(at, 1)).records;
  if (first?.dynamodb.SequenceNumber !== sequenceNumber) {
    const message = 'The operation attempted to read past the oldest stream record in a shard';
    throw new ServiceError('TrimmedDataAccessException', message);
  }
  return type === 'AT_SEQUENCE_NUMBER' ? at : stream.iteratorAt({ shardId, sequenceNumber });
}

/** Who has asked knows the stream; only those who are sent a record are told. */
function asInApi({ eventSourceARN: _told, ...record }: StreamRecord): object {
  return record;
}

function read<Schema extends z.ZodType>(schema: Schema, input: Input): z.output<Schema> {
  const read = schema.safeParse(input);
  if (read.success) return read.data;
  throw new ServiceError('ValidationException', read.error.issues.map(({ message }) => message).join('; '));
}
