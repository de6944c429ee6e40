import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { objectOf } from './json.ts';
import { type FaultyDynamoDb, lost } from './types.ts';

interface SdkRequest {
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}

/**
 * Lets a client of the SDK speak to the engine without a network, for virtual time: a `requestHandler` of its
 * configuration.
 */
export function sdkHandler({ handle }: Pick<FaultyDynamoDb, 'handle'>) {
  let requests = 0;
  return {
    handle: async ({ headers, body }: SdkRequest) => {
      requests += 1;
      const operation = String(headers['x-amz-target']).replace(/^.*\./, '');
      const text = body instanceof Uint8Array ? new TextDecoder().decode(body) : String(body);
      const answer = await handle({ operation, body: objectOf(JSON.parse(text)), headers });
      if (answer === lost) throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
      return {
        response: {
          statusCode: answer.status,
          headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': `faulty-${requests}` },
          body: Buffer.from(JSON.stringify(answer.body)),
        },
      };
    },
  } satisfies DynamoDBClientConfig['requestHandler'];
}
