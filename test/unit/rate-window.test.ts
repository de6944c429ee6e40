import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type RatePolicy, rateState, remainingOf, windowAt } from '../../functions/domain/rate.ts';

const policy: RatePolicy = { name: 'bookings', quota: 10, windowSeconds: 60 };
const minute = 60_000;
const start = 1_000 * minute;

/** What a client has used at a moment, of what it did at others. */
const usageAt = (times: readonly number[], nowMs: number, { windowSeconds }: RatePolicy = policy) => {
  const window = windowAt({ ...policy, windowSeconds }, nowMs);
  const within = (n: number) => times.filter((time) => windowAt({ ...policy, windowSeconds }, time) === n).length;
  return { current: within(window), previous: within(window - 1) };
};

describe('a sliding window', () => {
  test('lets the quota through, and no more', () => {
    expect(remainingOf(policy, { current: 9, previous: 0 }, start)).toBe(1);
    expect(remainingOf(policy, { current: 10, previous: 0 }, start)).toBe(0);
    expect(remainingOf(policy, { current: 12, previous: 0 }, start)).toBe(-2);
  });

  test('does not begin anew with the minute: what came just before it still counts', () => {
    expect(remainingOf(policy, { current: 0, previous: 10 }, start)).toBe(0);
    expect(remainingOf(policy, { current: 0, previous: 10 }, start + 30_000)).toBe(5);
    expect(remainingOf(policy, { current: 0, previous: 10 }, start + 59_999)).toBe(9);
  });

  test('never lets more than the quota through in one window of the clock, nor twice that in any minute', () => {
    const gaps = fc.array(fc.integer({ min: 1, max: 20_000 }), { maxLength: 200 });
    fc.assert(
      fc.property(gaps, (each) => {
        const admitted: number[] = [];
        let now = start;
        for (const gap of each) {
          now += gap;
          if (remainingOf(policy, usageAt(admitted, now), now) >= 1) admitted.push(now);
        }
        for (const time of admitted) {
          expect(usageAt(admitted, time).current).toBeLessThanOrEqual(policy.quota);
          const inMinute = admitted.filter((other) => other >= time && other < time + minute).length;
          expect(inMinute).toBeLessThan(2 * policy.quota);
        }
      }),
    );
  });

  test('tells the very second from which on one more is let through', () => {
    const usage = fc.record({ current: fc.nat(30), previous: fc.nat(30) });
    fc.assert(
      fc.property(usage, fc.nat(minute - 1), fc.integer({ min: 1, max: 20 }), (used, offset, quota) => {
        const limited = { ...policy, quota };
        const now = start + offset;
        if (remainingOf(limited, used, now) > 0) return;
        const { resetSeconds, remaining } = rateState(limited, used, now);
        expect(remaining).toBe(0);
        const later = (ms: number) =>
          windowAt(limited, now + ms) === windowAt(limited, now) ? used : { current: 0, previous: used.current };
        const usageIn = (ms: number) =>
          windowAt(limited, now + ms) > windowAt(limited, now) + 1 ? { current: 0, previous: 0 } : later(ms);
        expect(remainingOf(limited, usageIn(resetSeconds * 1_000), now + resetSeconds * 1_000)).toBeGreaterThan(0);
        const before = (resetSeconds - 1) * 1_000 - 1;
        if (before > 0) expect(remainingOf(limited, usageIn(before), now + before)).toBe(0);
      }),
    );
  });
});
