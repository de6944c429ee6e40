import { anyOf, type Worker, workerSpecs, workers } from '../../lib/workers.ts';
import { isChange, openStream, type StreamRecord } from '../../local/dynamodb-streams.ts';
import { compilePattern } from '../../local/event-pattern.ts';
import type { StackOutputs } from '../../local/outputs.ts';

export type Messages = Record<Worker, number>;

/** Counts the messages that the change feed has for each worker, by reading the stream with the worker's patterns. */
export interface MessageCounter {
  /** Messages since the call before. */
  take(): Promise<Messages>;
  close(): void;
}

export async function countMessages({ dynamodbEndpoint, region, tableName }: StackOutputs): Promise<MessageCounter> {
  const stream = await openStream({ endpoint: dynamodbEndpoint, region, tableName, streamArn: 'bench' });
  const patterns = workers.map((worker) => ({
    worker,
    matches: compilePattern(JSON.stringify(anyOf(workerSpecs[worker].changes)), worker),
  }));
  const [shard] = await stream.shards();
  if (!shard) throw new Error('the stream of the table has no shard');
  let iterator = await stream.iteratorAt({ shardId: shard.ShardId });
  const readAll = async (): Promise<StreamRecord[]> => {
    const records: StreamRecord[] = [];
    for (;;) {
      const page = await stream.read(iterator);
      records.push(...page.records);
      iterator = page.next ?? iterator;
      if (!page.isFull) return records;
    }
  };
  const take = async () => {
    const records = (await readAll()).filter(isChange);
    const counted = patterns.map(({ worker, matches }) => [worker, records.filter(matches).length] as const);
    return Object.fromEntries(counted) as Messages;
  };
  await take();
  return { take, close: () => stream.close() };
}
