import { setImmediate as settle, setTimeout as wait } from 'node:timers/promises';
import type { Clock } from './types.ts';

export const realClock: Clock = {
  now: () => performance.now(),
  sleep: async (ms) => {
    if (ms > 0) await wait(ms);
  },
};

export interface VirtualClock extends Clock {
  /**
   * Lets time pass: wakes each sleeper at its moment, those of one moment in the order in which they lay down, and
   * lets promises settle between two of them. Waits for nothing outside the process.
   */
  advance(ms: number): Promise<void>;
}

export function createVirtualClock(startMs = 0): VirtualClock {
  let now = startMs;
  let sleepers: { at: number; wake: () => void }[] = [];
  const next = (until: number) =>
    sleepers.reduce<(typeof sleepers)[number] | undefined>(
      (first, one) => (one.at <= until && (!first || one.at < first.at) ? one : first),
      undefined,
    );
  return {
    now: () => now,
    sleep: (ms) =>
      ms > 0 ? new Promise((resolve) => sleepers.push({ at: now + ms, wake: resolve })) : Promise.resolve(),
    advance: async (ms) => {
      const until = now + ms;
      await settle();
      for (let sleeper = next(until); sleeper; sleeper = next(until)) {
        const woken = sleeper;
        sleepers = sleepers.filter((one) => one !== woken);
        now = woken.at;
        woken.wake();
        await settle();
      }
      now = until;
    },
  };
}
