import { type Faults, healthy } from '../../support/faulty-dynamodb/types.ts';
import type { Weather } from './history.ts';

const latency = { medianMs: 6, tailMs: 300, tailShare: 0.02 };
const none = healthy.probabilities;
const losses = { lostAnswer: 0.04, errorBefore: 0.03, errorAfter: 0.03, inProgress: 0.02 };

export interface Troubles {
  /** Of the database. */
  readonly faults: Partial<Faults>;
  /** The share of runs that end in the middle. */
  readonly killShare: number;
  /** The share of calls of the user pool that fail. */
  readonly poolFaultShare: number;
}

export const weathers: Readonly<Record<Weather, Troubles>> = {
  calm: { faults: { conflictWindowMs: 0, latency }, killShare: 0, poolFaultShare: 0 },
  conflicts: { faults: { conflictWindowMs: 40, latency }, killShare: 0, poolFaultShare: 0.1 },
  throttles: { faults: { writeUnitsPerKey: 30, readUnitsPerKey: 60, latency }, killShare: 0, poolFaultShare: 0.7 },
  losses: { faults: { probabilities: losses, latency }, killShare: 0.05, poolFaultShare: 0.4 },
  // Some requests are given up, and are carried out later all the same.
  slow: {
    faults: { conflictWindowMs: 10, latency: { medianMs: 12, tailMs: 6_500, tailShare: 0.03 } },
    killShare: 0,
    poolFaultShare: 0.1,
  },
  storm: {
    faults: {
      conflictWindowMs: 25,
      writeUnitsPerKey: 60,
      throttleReason: 'ProvisionedThroughputExceeded',
      probabilities: losses,
      latency: { ...latency, tailShare: 0.06 },
    },
    killShare: 0.08,
    poolFaultShare: 0.5,
  },
};

/** How every history ends. */
export const peace: Faults = { ...healthy, probabilities: none, latency: { medianMs: 3, tailMs: 3, tailShare: 0 } };
