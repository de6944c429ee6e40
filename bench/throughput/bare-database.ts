import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  PutItemCommand,
  paginateScan,
} from '@aws-sdk/client-dynamodb';
import { startDynoxide } from '../../local/dynoxide.ts';
import type { StackOutputs } from '../../local/outputs.ts';

export interface BareDatabase {
  /** Knows the table of the stack, with what was in it. */
  readonly client: DynamoDBClient;
  stop(): Promise<void>;
}

/**
 * Starts the embedded database once more with a copy of the stack's table, which nothing follows: what a booking causes
 * later takes no part in what the database can do.
 */
export async function startBareDatabase({ dynamodbEndpoint, tableName }: StackOutputs): Promise<BareDatabase> {
  const directory = mkdtempSync(join(tmpdir(), 'evently-bare-'));
  const { platform, arch, env } = process;
  const database = await startDynoxide(directory, { platform, arch, path: env.PATH ?? '' });
  const stack = new DynamoDBClient({ endpoint: dynamodbEndpoint });
  const client = new DynamoDBClient({ endpoint: database.endpoint, maxAttempts: 1 });
  const { Table: table } = await stack.send(new DescribeTableCommand({ TableName: tableName }));
  await client.send(
    new CreateTableCommand({
      TableName: tableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: table?.KeySchema,
      AttributeDefinitions: table?.AttributeDefinitions,
      StreamSpecification: table?.StreamSpecification,
      GlobalSecondaryIndexes: table?.GlobalSecondaryIndexes?.map(({ IndexName, KeySchema, Projection }) => ({
        IndexName,
        KeySchema,
        Projection,
      })),
    }),
  );
  for await (const { Items = [] } of paginateScan({ client: stack }, { TableName: tableName })) {
    for (const Item of Items) await client.send(new PutItemCommand({ TableName: tableName, Item }));
  }
  stack.destroy();
  return {
    client,
    stop: async () => {
      client.destroy();
      await database.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
