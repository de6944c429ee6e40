import type { BareTable } from '../support/bare-table.ts';

/**
 * Gives this process the environment of a function whose table it is. What speaks DynamoDB has to be imported after it.
 */
export function actAsFunction({ tableName, region, endpoint }: BareTable): void {
  Object.assign(process.env, {
    TABLE_NAME: tableName,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    HOLD_TTL_SECONDS: '600',
    QUEUE_URLS: 'http://127.0.0.1/one',
    DEAD_LETTER_QUEUES: 'notify worker http://127.0.0.1/dead http://127.0.0.1/one',
    USER_POOL_ID: 'us-east-1_bench',
    USER_POOL_CLIENT_ID: 'bench',
    SERVICE_VERSION: '0',
  });
}
