import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect } from 'vitest';
import { verifyTable } from '../../bench/verify-table.ts';
import type { StackOutputs } from '../../local/outputs.ts';
import { eventually } from './eventually.ts';

/** Whatever a test did: once its workers have caught up, every invariant of the table holds. */
export async function verified({ dynamodbEndpoint, region, tableName }: StackOutputs): Promise<void> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint: dynamodbEndpoint, region, credentials });
  try {
    await eventually(async () => expect((await verifyTable({ client, tableName })).findings).toEqual([]), 500);
  } finally {
    client.destroy();
  }
}
