import type { Faults, Random } from './types.ts';

/** What random faults do to one request. */
export interface Fate {
  readonly strike: 'none' | 'lostAnswer' | 'errorBefore' | 'errorAfter' | 'inProgress';
  readonly latencyMs: number;
  /** When in its time the database carries it out, from 0 to 1. */
  readonly commitAt: number;
}

/** Always draws four numbers, so that one request's luck does not depend on what became of another. */
export function drawFate(random: Random, { probabilities, latency }: Faults): Fate {
  const [luck, isTail, spread, commitAt] = [random(), random(), random(), random()];
  const latencyMs = isTail < latency.tailShare ? latency.tailMs * (1 + spread / 4) : latency.medianMs * (0.5 + spread);
  let bound = 0;
  for (const strike of ['lostAnswer', 'errorBefore', 'errorAfter', 'inProgress'] as const) {
    bound += probabilities[strike];
    if (luck < bound) return { strike, latencyMs, commitAt };
  }
  return { strike: 'none', latencyMs, commitAt };
}
