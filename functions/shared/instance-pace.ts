import { limits } from '../domain/limits.ts';
import { type RatePolicy, type RateUsage, rateState, remainingOf, windowAt } from '../domain/rate.ts';
import { rateLimited } from './rate-limit-headers.ts';

const paces = new Map<string, { window: number; usage: RateUsage }>();

/**
 * Counts a request of a person in the memory of this instance, whatever becomes of it. What is refused, as all of a
 * storm on a tier that is sold out is, is written nowhere; the table counts what succeeds, over all instances.
 *
 * @throws {DomainError} rate-limited
 */
export function keepPace(policy: RatePolicy, personId: string, nowMs = Date.now()): void {
  const key = `${policy.name} ${personId}`;
  const window = windowAt(policy, nowMs);
  const before = usageAt(window, paces.get(key));
  if (remainingOf(policy, before, nowMs) < 1) throw rateLimited(rateState(policy, before, nowMs));
  paces.delete(key);
  paces.set(key, { window, usage: { ...before, current: before.current + 1 } });
  if (paces.size <= limits.rememberedPaces) return;
  for (const oldest of paces.keys()) {
    paces.delete(oldest);
    return;
  }
}

function usageAt(window: number, pace: { window: number; usage: RateUsage } | undefined): RateUsage {
  if (pace?.window === window) return pace.usage;
  return { current: 0, previous: pace?.window === window - 1 ? pace.usage.current : 0 };
}
