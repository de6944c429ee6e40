/** Each bucket is so much wider than the one before: quantiles are right to 5 %. */
const growth = 1.05;

/** Counts times in buckets, so that an hour takes no more memory than a minute. */
export class Latencies {
  private readonly buckets: number[] = [];
  count = 0;
  maxMs = 0;

  add(ms: number): void {
    const bucket = Math.max(0, Math.ceil(Math.log(Math.max(ms, 1)) / Math.log(growth)));
    this.buckets[bucket] = (this.buckets[bucket] ?? 0) + 1;
    this.count += 1;
    this.maxMs = Math.max(this.maxMs, ms);
  }

  /** @returns the upper bound of the bucket below which a share of the times lies; 0 where there are none */
  quantile(share: number): number {
    let rank = Math.ceil(share * this.count);
    for (const [bucket, count = 0] of this.buckets.entries()) {
      rank -= count;
      if (rank <= 0 && this.count > 0) return Math.min(growth ** bucket, this.maxMs);
    }
    return this.maxMs;
  }
}
