import type { Idempotent } from '../store/idempotency-store.ts';
import type { OperationId } from './contract.ts';
import type { Caller } from './request.ts';

interface Keyed {
  caller: Caller;
  idempotencyKey: string | undefined;
  body: unknown;
}

/**
 * What makes a request repeatable: its key, which belongs to the caller, and its body. Undefined without a key.
 *
 * @param operationId of the operation, the same for organizers and administrators
 */
export function idempotentOf(request: Keyed, operationId: OperationId): Idempotent | undefined {
  const { caller, idempotencyKey: key, body } = request;
  return key === undefined ? undefined : { callerId: caller.callerId, operationId, key, request: body };
}

/** Header of an answer that an earlier request with the same key got first. */
export function replayedHeader(replayed: boolean): Record<string, string> {
  return replayed ? { 'idempotency-replayed': 'true' } : {};
}
