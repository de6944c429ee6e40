interface Bucket {
  level: number;
  at: number;
}

export interface Limit {
  readonly unitsPerSecond: number;
  readonly burstSeconds: number;
}

/**
 * A token bucket for each partition key. It may go below zero: what a request really consumed is known only once it is
 * done, and the partition pays that back before it serves again.
 */
export function createBuckets() {
  const buckets = new Map<string, Bucket>();
  let sweepAbove = 10_000;

  function levelOf(partition: string, limit: Limit, now: number): number {
    const capacity = limit.unitsPerSecond * limit.burstSeconds;
    const bucket = buckets.get(partition);
    return bucket ? Math.min(capacity, bucket.level + ((now - bucket.at) / 1_000) * limit.unitsPerSecond) : capacity;
  }

  /** A full bucket is the same as none. */
  function sweep(limit: Limit, now: number): void {
    for (const partition of buckets.keys()) {
      if (levelOf(partition, limit, now) >= limit.unitsPerSecond * limit.burstSeconds) buckets.delete(partition);
    }
    sweepAbove = 10_000 + 2 * buckets.size;
  }

  return {
    /** Whether a partition can serve that many units; one that asks for more than a full bucket needs a full one. */
    hasRoom(partition: string, units: number, limit: Limit, now: number): boolean {
      if (limit.unitsPerSecond === 0) return true;
      const capacity = limit.unitsPerSecond * limit.burstSeconds;
      return levelOf(partition, limit, now) >= Math.min(units, capacity);
    },
    /** @param units negative: gives back */
    charge(partition: string, units: number, limit: Limit, now: number): void {
      if (limit.unitsPerSecond === 0 || units === 0) return;
      buckets.set(partition, { level: levelOf(partition, limit, now) - units, at: now });
      if (buckets.size > sweepAbove) sweep(limit, now);
    },
    clear: () => buckets.clear(),
  };
}
