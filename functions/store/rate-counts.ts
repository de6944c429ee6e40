import { limits } from '../domain/limits.ts';
import { type RatePolicy, type RateUsage, rateState, remainingOf, windowAt } from '../domain/rate.ts';
import { rateLimited } from '../shared/rate-limit-headers.ts';
import type { Item } from './transact.ts';

/**
 * Counters of a rate inside an item that a transaction changes or checks anyway: one attribute for each window of the
 * clock, so that neither a call nor a write unit is spent on them.
 */
export interface RateCount {
  policy: RatePolicy;
  nowMs: number;
  /**
   * What the window before is taken to have counted at most. A transaction cannot compute, so the weight of that window
   * is part of the number that the current one is compared with.
   */
  previous: number;
}

/**
 * The count of one attempt. Before anything is known of the window before, it may have used half of the quota: far more
 * than people do, and it leaves them as much, so that nobody else's transaction is sent twice.
 *
 * @param learned from the item that refused an attempt before
 */
export const countAt = (policy: RatePolicy, nowMs: number, learned?: RateCount): RateCount => ({
  policy,
  nowMs,
  previous: learned?.previous ?? Math.floor(policy.quota / 2),
});

const nameOf = ({ name }: RatePolicy, window: number): string => `${name}#${window}`;

/** The parts of an update that counts one more, and its condition that one more is permitted. */
export function countOneMore({ policy, nowMs, previous }: RateCount) {
  const window = windowAt(policy, nowMs);
  // What is older counts for nothing. Who comes back after longer leaves a few bytes, which go with the item.
  const stale = Array.from({ length: limits.staleRateWindows }, (_, index) => window - 2 - index);
  const placeholder = (n: number) => `#rate${window - n}`;
  return {
    add: `${placeholder(window)} :one`,
    remove: stale.map(placeholder).join(', '),
    condition: [
      `(attribute_not_exists(${placeholder(window)}) OR ${placeholder(window)} <= :rateRoom)`,
      `(attribute_not_exists(${placeholder(window - 1)}) OR ${placeholder(window - 1)} <= :ratePrevious)`,
    ].join(' AND '),
    names: Object.fromEntries([window, window - 1, ...stale].map((n) => [placeholder(n), nameOf(policy, n)])),
    values: {
      ':one': 1,
      ':rateRoom': Math.max(remainingOf(policy, { current: 1, previous }, nowMs), 0),
      ':ratePrevious': previous,
    },
  };
}

/** What an item has counted. */
export function usageIn(item: Item, policy: RatePolicy, nowMs: number): RateUsage {
  const window = windowAt(policy, nowMs);
  const countOf = (n: number) => Number(item[nameOf(policy, n)] ?? 0);
  return { current: countOf(window), previous: countOf(window - 1) };
}

/**
 * What to count with after an item has refused because of its counters.
 *
 * @throws {DomainError} rate-limited where the quota is used up
 */
export function learn(item: Item, count: RateCount): RateCount {
  const { policy, nowMs } = count;
  const usage = usageIn(item, policy, nowMs);
  if (remainingOf(policy, usage, nowMs) < 1) throw rateLimited(rateState(policy, usage, nowMs));
  return { ...count, previous: usage.previous };
}
