import { AsyncLocalStorage } from 'node:async_hooks';
import type { Operation } from '../api/operation.ts';
import type { Caller } from '../api/request.ts';
import type { Actor } from '../domain/audit.ts';

const actors = new AsyncLocalStorage<Actor>();

/** Does `work` in the name of `actor`: what it writes to the table says so. */
export function actingAs<Result>(actor: Actor | undefined, work: () => Result): Result {
  return actor ? actors.run(actor, work) : work();
}

/** In whose name this is done; undefined outside of requests and workers. */
export function currentActor(): Actor | undefined {
  return actors.getStore();
}

/** Whom a request comes from; undefined for who did not sign in. */
export function actorOfCaller({ auth }: Operation, caller: Caller | undefined): Actor | undefined {
  if (!caller) return undefined;
  if (caller.kind === 'principal') return { kind: 'principal', id: caller.userArn };
  return { kind: auth === 'organizer' ? 'organizer' : 'user', id: caller.userId };
}
