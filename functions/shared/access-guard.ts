import type { Operation } from '../api/operation.ts';
import type { ShownRole } from '../domain/access.ts';
import { isDomainError } from '../domain/errors.ts';
import { requireAccess } from '../store/access-store.ts';
import { callerOf, type HttpEvent } from './read-request.ts';

/** What the guard has to know of an answer. */
interface Guarded {
  headers?: Record<string, string>;
}
export type Guard = <Result extends Guarded>(
  operation: Operation,
  event: HttpEvent,
  work: () => Promise<Result>,
) => Promise<Result>;

/**
 * Does the work of a request whose token is still good: the gateway knows signature and expiry, but not who has signed
 * out, or who has a role no more. Of a token that is not, nothing is answered and nothing is written; only that a role is missing is told first.
 *
 * @throws {DomainError} unauthenticated, busy; what `work` throws
 */
export const guardAccess: Guard = async (operation, event, work) => {
  const caller = callerOf(operation, event);
  if (caller?.kind !== 'person') return work();
  const { issuedAt } = caller;
  const shown: ShownRole | undefined = operation.auth === 'organizer' ? { role: 'organizers', issuedAt } : undefined;
  if (operation.access === 'in-transaction') {
    const result = await work().catch(async (error: unknown) => {
      // Nothing was changed, but whose token is no good is to hear nothing else. The storm on what is sold out, or by who
      // asks too often, costs no work: there, what was seen a moment ago will do.
      const isStorm = isDomainError(error, 'sold-out') || isDomainError(error, 'rate-limited');
      if (!isDomainError(error, 'busy')) await requireAccess(caller, isStorm ? { lenient: 'remembered' } : {});
      throw error;
    });
    // The answer of an earlier request passed no transaction of this one.
    if (result.headers?.['idempotency-replayed']) await requireAccess(caller);
    return result;
  }
  if (operation.method === 'GET') {
    // The answer waits for both; that of the check counts first.
    const [access, result] = await Promise.allSettled([requireAccess(caller, { shown }), work()]);
    if (access.status === 'rejected') throw access.reason;
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  }
  await requireAccess(caller, { shown, ...(operation.access === 'deleted-too' && { lenient: 'deleted' }) });
  return work();
};
