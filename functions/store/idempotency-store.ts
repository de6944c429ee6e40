import { createHash } from 'node:crypto';
import { DomainError } from '../domain/errors.ts';
import { limits } from '../domain/limits.ts';
import { tableName } from './client.ts';
import * as keys from './keys.ts';
import { getItem } from './read.ts';
import type { Action, Item } from './transact.ts';

/** A request that its caller may repeat under one key for 24 hours. */
export interface Idempotent {
  callerId: string;
  operationId: string;
  key: string;
  /** The validated request body; the same body is the same request. */
  request: unknown;
}

const hashOf = (request: unknown): string => createHash('sha256').update(JSON.stringify(request)).digest('base64url');

/** Keeps `body` as the first answer, if the key is not in use. */
export function keepAnswer(
  { callerId, operationId, key, request }: Idempotent,
  body: unknown,
  nowMs: number,
): Action<'idempotency'> {
  const nowSeconds = Math.floor(nowMs / 1_000);
  return {
    name: 'idempotency',
    item: {
      Put: {
        TableName: tableName(),
        Item: {
          ...keys.idempotencyKey(callerId, operationId, key),
          requestHash: hashOf(request),
          body: JSON.stringify(body),
          expiresAt: nowSeconds + limits.idempotencyTtlSeconds,
        },
        // TTL deletes late, so an expired record counts as none.
        ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :now',
        ExpressionAttributeValues: { ':now': nowSeconds },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    },
  };
}

/**
 * The first answer's body, from the record that refused a `keepAnswer`.
 *
 * @throws {DomainError} idempotency-key-reused where it answered another request
 */
export function replay<Body>({ request }: Idempotent, record: Item | undefined): Body {
  if (record?.requestHash !== hashOf(request)) {
    const detail = 'This Idempotency-Key was used for another request within the last 24 hours.';
    throw new DomainError('idempotency-key-reused', detail, {});
  }
  return JSON.parse(String(record.body)) as Body;
}

/** The first answer's body, if the key has one. @throws {DomainError} idempotency-key-reused, busy */
export async function findAnswer<Body>(idempotent: Idempotent): Promise<Body | undefined> {
  const { callerId, operationId, key } = idempotent;
  const record = await getItem(keys.idempotencyKey(callerId, operationId, key));
  const isLive = record !== undefined && Number(record.expiresAt) * 1_000 > Date.now();
  return isLive ? replay<Body>(idempotent, record) : undefined;
}
