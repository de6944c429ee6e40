import { type RateName, type RatePolicy, type RateState, rateState, remainingOf } from '../domain/rate.ts';
import { count } from '../shared/counters.ts';
import { hashUser } from '../shared/hash-user.ts';
import { logger } from '../shared/logger.ts';
import { rateHeaders, rateLimited } from '../shared/rate-limit-headers.ts';
import { ratePolicy } from '../shared/rate-policies.ts';
import { Memory } from '../store/instance-memory.ts';
import { countOne } from '../store/rate-store.ts';
import type { Handler } from './request.ts';

type SignInOperation = 'login' | 'register' | 'confirmRegistration';

/** Clients that have used up a quota, and until when. */
const refusals = new Map<string, Memory<number>>();

/**
 * Makes an operation of signing in count its attempts, successful or not, by account and by network address, before it
 * does anything.
 *
 * Where the counters cannot be reached it goes on without them, noted as `RateLimiterFaults`: a fault of the table must not
 * keep everybody out, and passwords and codes are not open to guessing meanwhile, since the user pool locks an account
 * after five wrong ones by itself and the gateway throttles these routes.
 */
export function limited<Id extends SignInOperation>(
  names: { account: RateName; address: RateName },
  handler: Handler<Id>,
): Handler<Id> {
  return async (request) => {
    const states = await Promise.all([
      countAttempt(ratePolicy(names.account), request.body.email),
      countAttempt(ratePolicy(names.address), request.network),
    ]);
    const answer = await handler(request);
    const headers = rateHeaders(states.filter((state) => state !== undefined));
    return { ...answer, headers: { ...answer.headers, ...headers } };
  };
}

/** @returns undefined where it could not be counted @throws {DomainError} rate-limited */
async function countAttempt(policy: RatePolicy, subject: string): Promise<RateState | undefined> {
  const nowMs = Date.now();
  const name = hashUser(subject);
  const memory = refusals.get(policy.name) ?? new Memory<number>(policy.windowSeconds * 2_000);
  refusals.set(policy.name, memory);
  const until = memory.get(name) ?? 0;
  // Whoever goes on trying costs no write, and is let in again all the same when the time is over.
  if (until > nowMs) throw rateLimited({ policy, remaining: 0, resetSeconds: Math.ceil((until - nowMs) / 1_000) });
  const usage = await countOne(policy, name, nowMs).catch((error: unknown) => {
    count('RateLimiterFaults');
    logger.warn('an attempt was not counted', { policy: policy.name, reason: (error as Error).name });
  });
  if (!usage) return undefined;
  const state = rateState(policy, usage, nowMs);
  if (remainingOf(policy, usage, nowMs) >= 0) return state;
  memory.set(name, nowMs + state.resetSeconds * 1_000);
  throw rateLimited(state);
}
