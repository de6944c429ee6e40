/** So many units a second, and so many at once after a rest. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

export interface TokenBucket {
  /** Whether there are so many units at that time, in milliseconds; takes none. */
  has(units: number, now: number): boolean;
  take(units: number): void;
  /** Whole units that there are at that time. */
  level(now: number): number;
}

/** A bucket that starts full. Times must not run backwards. */
export function createTokenBucket({ perSecond, burst }: Rate): TokenBucket {
  let level = burst;
  let at = 0;
  function fill(now: number): number {
    level = Math.min(burst, level + ((now - at) / 1_000) * perSecond);
    at = now;
    return level;
  }
  return {
    has: (units, now) => fill(now) >= units,
    level: (now) => Math.max(0, Math.floor(fill(now))),
    take: (units) => {
      level -= units;
    },
  };
}
