import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  type _Record,
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import type { StackOutputs } from '../../local/outputs.ts';
import type { Stack } from '../../local/stack.ts';

/** Everything that is in the stream of the table so far, as the database has it: one shard. */
export async function readStream(outputs: StackOutputs): Promise<{ shardId: string; records: _Record[] }> {
  const { region, dynamodbEndpoint: endpoint, tableName: TableName } = outputs;
  const account = { region, endpoint, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  const client = new DynamoDBClient(account);
  const streams = new DynamoDBStreamsClient(account);
  try {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    const StreamArn = Table?.LatestStreamArn;
    const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
    const shardId = StreamDescription?.Shards?.[0]?.ShardId ?? '';
    const start = { StreamArn, ShardId: shardId, ShardIteratorType: 'TRIM_HORIZON' as const };
    const records: _Record[] = [];
    let iterator = (await streams.send(new GetShardIteratorCommand(start))).ShardIterator;
    while (iterator) {
      const { Records = [], NextShardIterator: next } = await streams.send(
        new GetRecordsCommand({ ShardIterator: iterator }),
      );
      records.push(...Records);
      iterator = Records.length > 0 ? next : undefined;
    }
    return { shardId, records };
  } finally {
    client.destroy();
    streams.destroy();
  }
}

/** The dead letter of a pipe that did not send these changes, as AWS writes it. */
export function unsentBy(
  { template }: Pick<Stack, 'template'>,
  pipe: RegExp,
  { shardId, first, last }: { readonly shardId: string; readonly first: string; readonly last: string },
) {
  const found = template.of('AWS::Pipes::Pipe').find(({ logicalId }) => pipe.test(logicalId));
  return {
    context: { partnerResourceArn: found?.attributes.Arn, condition: 'RetryAttemptsExhausted' },
    version: '1.0',
    timestamp: new Date().toISOString(),
    DDBStreamBatchInfo: {
      shardId,
      startSequenceNumber: first,
      endSequenceNumber: last,
      approximateArrivalOfFirstRecord: new Date().toISOString(),
      approximateArrivalOfLastRecord: new Date().toISOString(),
      batchSize: 10,
      streamArn: found?.properties.Source,
    },
  };
}
