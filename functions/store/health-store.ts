import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { client, tableName } from './client.ts';

/**
 * Resolves when the table answers and takes requests.
 *
 * @throws {Error} where it does not answer before `abortSignal`, or is being made or deleted.
 */
export async function checkTable(abortSignal: AbortSignal): Promise<void> {
  const { Table: table } = await client.send(new DescribeTableCommand({ TableName: tableName() }), { abortSignal });
  const status = table?.TableStatus;
  // A table that is updated (its indexes, its capacity mode) serves all the while.
  if (status !== 'ACTIVE' && status !== 'UPDATING') throw new Error(`the table is ${status ?? 'unknown'}`);
}
