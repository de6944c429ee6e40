/**
 * The value below which a share of the sample lies (nearest rank).
 *
 * @param share 0 to 1
 * @returns NaN for an empty sample
 */
export function quantile(sample: readonly number[], share: number): number {
  const sorted = sample.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export const median = (sample: readonly number[]): number => quantile(sample, 0.5);
