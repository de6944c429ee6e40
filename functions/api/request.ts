import type * as z from 'zod';
import type { Role } from '../domain/user.ts';
import type { Contract, OperationId, OperationIdsOf } from './contract.ts';
import type { Auth, Group, Operation, Schema } from './operation.ts';

/** A signed-in person, or an IAM principal. `callerId` owns idempotency keys and cursors. */
export type Caller = Person | Principal;
export interface Person {
  kind: 'person';
  callerId: string;
  userId: string;
  roles: readonly Role[];
  accessToken: string;
  /** The sign-in that the token came of; see `Login`. */
  loginId?: string | undefined;
  authTime: number;
  /** When the token was made; seconds since 1970. */
  issuedAt: number;
}
export interface Principal {
  kind: 'principal';
  callerId: string;
  userArn: string;
}

type CallerOf<A extends Auth> = A extends 'user' | 'organizer' ? Person : A extends 'iam' ? Principal : undefined;
type Output<S> = S extends Schema ? z.output<S> : undefined;
type Part<O, Key extends PropertyKey> = O extends Readonly<Record<Key, infer S>> ? Output<S> : undefined;

/** A request after validation against the contract. */
export interface Request<O extends Operation = Operation> {
  params: Part<O, 'params'>;
  query: Part<O, 'query'>;
  body: Part<O, 'body'>;
  caller: CallerOf<O['auth']>;
  /** Only on operations that take one; 1–255 visible ASCII characters. */
  idempotencyKey: string | undefined;
  /** The raw If-Match header; present on operations that need it. */
  ifMatch: string;
  method: string;
  path: string;
  headers: Readonly<Record<string, string | undefined>>;
  requestId: string;
  /** Network address that the request comes from; see `clientNetwork`. */
  network: string;
  /** When the gateway got the request; milliseconds since 1970. */
  startedAtMs: number;
  /** Milliseconds that are left for work, with the time to answer taken off. */
  remainingMs: () => number;
}

type Body<S> = S extends Schema ? z.input<S> : string | Uint8Array | undefined;
type Answer<Success> = {
  [Status in keyof Success]: { status: Status; body?: Body<Success[Status]>; headers?: Record<string, string> };
}[keyof Success];

export type RequestOf<Id extends OperationId> = Request<Contract[Id]>;
/** The same resource in another media type, which its headers name. */
type Alternative<O> = O extends { alternative: string }
  ? { status: 200; body: string; headers: Record<string, string> & { 'content-type': string } }
  : never;
export type ResponseOf<Id extends OperationId> = Answer<Contract[Id]['success']> | Alternative<Contract[Id]>;
export type Handler<Id extends OperationId> = (request: RequestOf<Id>) => Promise<ResponseOf<Id>>;

/** One handler for every operation of a group: a missing one does not compile. */
export type HandlersOf<G extends Group> = { [Id in OperationIdsOf<G>]: Handler<Id> };
