import { DomainError, type ErrorDetails } from '../domain/errors.ts';
import type { RatePolicy, RateState } from '../domain/rate.ts';

const policyItem = ({ name, quota, windowSeconds }: RatePolicy): string => `"${name}";q=${quota};w=${windowSeconds}`;
const stateItem = (name: string, remaining: number, seconds: number): string => `"${name}";r=${remaining};t=${seconds}`;

/**
 * Lists of structured fields: the quota `q` of a policy in a window of `w` seconds; `r` that remain, and in `t` seconds
 * more. https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-11
 */
export function ratePolicyHeader(policies: readonly RatePolicy[]): Record<string, string> {
  return { 'ratelimit-policy': policies.map(policyItem).join(', ') };
}

/** What stands in every answer of an operation whose counters were looked at. */
export function rateHeaders(states: readonly RateState[]): Record<string, string> {
  if (states.length === 0) return {};
  return {
    ...ratePolicyHeader(states.map(({ policy }) => policy)),
    ratelimit: states
      .map(({ policy, ...state }) => stateItem(policy.name, state.remaining, state.resetSeconds))
      .join(', '),
  };
}

/** Those of a refusal. */
export function rateRefusalHeaders(refusal: ErrorDetails['rate-limited']): Record<string, string> {
  const { policy, quota, windowSeconds, retryAfterSeconds } = refusal;
  return {
    'retry-after': String(retryAfterSeconds),
    'ratelimit-policy': `"${policy}";q=${quota};w=${windowSeconds}`,
    ratelimit: stateItem(policy, 0, retryAfterSeconds),
  };
}

/** The refusal of a request whose client has used up a quota. */
export function rateLimited({ policy, resetSeconds }: RateState): DomainError<'rate-limited'> {
  const { name, quota, windowSeconds } = policy;
  const wait = resetSeconds === 1 ? '1 second' : `${resetSeconds} seconds`;
  const detail = `At most ${quota} ${name.replaceAll('-', ' ')} in ${windowSeconds} seconds; come back in ${wait}.`;
  const details = { policy: name, quota, windowSeconds, retryAfterSeconds: resetSeconds };
  return new DomainError('rate-limited', detail, details);
}
