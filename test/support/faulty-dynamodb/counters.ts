import type { Counts, OperationCounts } from './types.ts';

export function createCounters() {
  let counts: Counts = {};
  return {
    of(operation: string): OperationCounts {
      counts[operation] ??= {
        attempts: 0,
        conflicts: 0,
        throttles: 0,
        inProgress: 0,
        lost: 0,
        errorsBefore: 0,
        errorsAfter: 0,
        readUnits: 0,
        writeUnits: 0,
      };
      return counts[operation];
    },
    copy: (): Counts => structuredClone(counts),
    clear: () => {
      counts = {};
    },
  };
}
