import type * as z from 'zod';
import type { ErrorCode } from '../domain/errors.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
/** Who may call: anybody, a signed-in person, one with the group `organizers`, an IAM principal (SigV4). */
export type Auth = 'public' | 'user' | 'organizer' | 'iam';
/** One Lambda function each, with the rights of its operations. */
export type Group = 'catalog' | 'account' | 'booking' | 'organizer' | 'admin' | 'system';

export type Schema = z.ZodType;

/** One line of the contract: schemas and facts, no code. */
export interface Operation {
  readonly method: Method;
  readonly path: `/${string}`;
  readonly auth: Auth;
  readonly group: Group;
  readonly params?: Schema;
  readonly query?: Schema;
  readonly body?: Schema;
  /** Success statuses with the schema of their JSON body; `null` for none or for another media type. */
  readonly success: Readonly<Record<number, Schema | null>>;
  /** Media type of a success body; default `application/json`. */
  readonly produces?: string;
  /** What a client may have in place of JSON, by its Accept header. */
  readonly alternative?: 'text/csv';
  /** Answers in parts, the header `Link` of each leads to the next; so does `alternative`, whose rows name none. */
  readonly linksNext?: true;
  /** Error codes beside those that every operation of its kind can answer (see `errorsOf`). */
  readonly errors?: readonly ErrorCode[];
  /** Takes an Idempotency-Key. */
  readonly idempotent?: true;
  /** Needs If-Match with an event's ETag. */
  readonly ifMatch?: true;
  /** Answers with an ETag, and GET takes If-None-Match. */
  readonly etag?: true;
  /**
   * How a person's login is checked. `in-transaction`: by the transaction of a success, so that nothing is read before
   * it. `deleted-too`: it is also for who is being deleted. Default: before the work, of a GET beside it.
   */
  readonly access?: 'in-transaction' | 'deleted-too';
  /** `catalog`: cacheable for a second. `asset`: for a day. Default: `no-store`. */
  readonly cache?: 'catalog' | 'asset';
}

/** Every error code that the operation can answer with, in a stable order. */
export function errorsOf(operation: Operation): ErrorCode[] {
  const codes = new Set<ErrorCode>();
  if (operation.query || operation.body || operation.idempotent || operation.ifMatch) {
    codes.add('validation-error');
  }
  if (operation.auth === 'user' || operation.auth === 'organizer') codes.add('unauthenticated');
  if (operation.auth === 'organizer') codes.add('forbidden');
  if (operation.body) codes.add('payload-too-large').add('unsupported-media-type');
  if (operation.idempotent) codes.add('idempotency-key-reused');
  if (operation.ifMatch) codes.add('precondition-failed').add('precondition-required');
  for (const code of operation.errors ?? []) codes.add(code);
  codes.add('internal').add('busy');
  return [...codes];
}
