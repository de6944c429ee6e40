import { limits } from '../domain/limits.ts';
import type { RateName, RatePolicy } from '../domain/rate.ts';
import { optionalEnv } from './env.ts';

let read: { text: string; policies: Readonly<Record<RateName, RatePolicy>> } | undefined;

/**
 * A policy with the quota of this stage.
 *
 * @throws {Error} where the function was deployed with quotas that cannot be read
 */
export function ratePolicy(name: RateName): RatePolicy {
  const text = optionalEnv('RATE_LIMITS') ?? '{}';
  if (read?.text !== text) read = { text, policies: readPolicies(text) };
  return read.policies[name];
}

function readPolicies(text: string): Record<RateName, RatePolicy> {
  const quotas = JSON.parse(text) as Partial<Record<RateName, number>>;
  const policies = Object.entries(limits.rates).map(([key, rate]) => {
    const name = key as RateName;
    return [name, { name, ...rate, quota: quotas[name] ?? rate.quota }] as const;
  });
  return Object.fromEntries(policies) as Record<RateName, RatePolicy>;
}
