import { Pool } from 'undici';
import { isObject } from './json.ts';
import type { DynamoRequest, DynamoResponse, Forward } from './types.ts';

/** Of one connection, or of the request as the client sent it: they do not hold for the next one. */
const ownHeaders: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'transfer-encoding',
]);

export function passedOn(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !ownHeaders.has(name.toLowerCase())) kept[name] = String(value);
  }
  return kept;
}

/** Asks a database over HTTP. @param connections at the same time at most; more requests wait for one */
export function createHttpForward(endpoint: string, connections = 64) {
  const pool = new Pool(endpoint, { connections });
  const forward: Forward = async ({ operation, body, headers }: DynamoRequest): Promise<DynamoResponse> => {
    const answer = await pool.request({
      method: 'POST',
      path: '/',
      headers: {
        ...passedOn(headers),
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDB_20120810.${operation}`,
      },
      body: JSON.stringify(body),
    });
    const json: unknown = await answer.body.json();
    if (!isObject(json)) throw new TypeError(`The database answers ${operation} with something else than an object`);
    return { status: answer.statusCode, body: json };
  };
  return { pool, forward, close: () => pool.destroy() };
}
