import { median } from '../support/statistics.ts';
import type { MemorySample } from './processes.ts';

export interface MemoryReport {
  readonly name: string;
  /** Megabytes, medians of a quarter of the time; the first one is warming up. */
  readonly secondQuarter: number;
  readonly lastQuarter: number;
  readonly peak: number;
  /** Megabytes a minute through the second half, by least squares. */
  readonly slopePerMinute: number;
}

/** What the heaps of a stack come and go by between two collections of garbage. */
const breathMegabytes = 48;
const breathShare = 0.1;

/** One line for each process, and one for all of them. */
export function reportMemory(samples: readonly MemorySample[]): MemoryReport[] {
  const names = [...new Set(samples.flatMap(({ megabytes }) => Object.keys(megabytes)))];
  const line = (name: string, sizeAt: (sample: MemorySample) => number): MemoryReport => {
    const quarter = (number: number) =>
      samples.slice(samples.length * (number / 4), samples.length * ((number + 1) / 4));
    return {
      name,
      secondQuarter: median(quarter(1).map(sizeAt)),
      lastQuarter: median(quarter(3).map(sizeAt)),
      peak: Math.max(...samples.map(sizeAt)),
      slopePerMinute: slope(samples.slice(samples.length / 2).map((sample) => [sample.at / 60, sizeAt(sample)])),
    };
  };
  return [
    ...names.map((name) => line(name, ({ megabytes }) => megabytes[name] ?? 0)),
    line('all', ({ megabytes }) => Object.values(megabytes).reduce((sum, size) => sum + size, 0)),
  ];
}

/** Whether a process, or all together, has no more at the end than after it was warm, but for what heaps breathe. */
export function isFlat({ secondQuarter, lastQuarter }: MemoryReport): boolean {
  return lastQuarter - secondQuarter <= Math.max(breathMegabytes, secondQuarter * breathShare);
}

function slope(points: readonly (readonly [number, number])[]): number {
  const mean = (place: 0 | 1) => points.reduce((sum, point) => sum + point[place], 0) / points.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const variance = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return variance === 0 ? 0 : points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / variance;
}
