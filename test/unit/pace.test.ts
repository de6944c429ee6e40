import { describe, expect, it } from 'vitest';
import { Pace } from '../../functions/domain/backoff.ts';
import { limits } from '../../functions/domain/limits.ts';

const longest = (pace: Pace) => pace.refused(1);

describe('the pace of an instance', () => {
  it('begins with the least wait, and doubles with each refusal up to a cap', () => {
    const pace = new Pace();
    expect([longest(pace), longest(pace), longest(pace)]).toEqual([5, 10, 20]);
    for (let refusals = 0; refusals < 20; refusals += 1) longest(pace);
    expect(longest(pace)).toBe(limits.contentionCapMs);
  });

  it('has full jitter', () => {
    const pace = new Pace();
    expect(pace.refused(0)).toBe(0);
    expect(pace.refused(0.5)).toBe(limits.retryBaseMs);
  });

  it('begins with half of the time that a transaction takes here', () => {
    const pace = new Pace();
    pace.succeeded(100);
    expect(longest(pace)).toBe(50);
  });

  it('follows a shorter time at once, and a longer one slowly', () => {
    const pace = new Pace();
    for (const tookMs of [500, 20, 100]) pace.succeeded(tookMs);
    expect(longest(pace)).toBe(15);
  });

  it('remembers refusals over requests: two successes make up for one', () => {
    const pace = new Pace();
    pace.succeeded(10);
    for (let refusals = 0; refusals < 4; refusals += 1) longest(pace);
    pace.succeeded(10);
    pace.succeeded(10);
    expect(longest(pace)).toBeCloseTo(40);
    for (let successes = 0; successes < 20; successes += 1) pace.succeeded(10);
    expect(longest(pace)).toBe(5);
  });
});
