import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { observable } from '../shared/aws-clients.ts';
import { env } from '../shared/env.ts';

/** One client an instance. Throttling is retried by the store, within the time of the request, so not here too. */
export const client = observable(
  new DynamoDBClient({
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
  }),
);

export const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });

export function tableName(): string {
  return env('TABLE_NAME');
}
