import { setImmediate as settle } from 'node:timers/promises';
import type { Clock } from '../../support/faulty-dynamodb/types.ts';

/** Virtual time: it passes when everybody waits for something that is due later, and not otherwise. */
export interface Scheduler extends Clock {
  /** Does something after a while. @returns what forgets it */
  after(ms: number, act: () => void): () => void;
  /** Registers real work, the database's, that has to end before time passes. */
  busyWith<Result>(work: Promise<Result>): Promise<Result>;
  /**
   * Lets time pass, from one due moment to the next.
   *
   * @throws {Error} where nothing is due before the end, or more happens than ever does in a history that ends
   */
  runUntil(isOver: () => boolean): Promise<void>;
}

interface Due {
  readonly at: number;
  readonly act: () => void;
}

/** Some ten times what a long history needs. */
const maxTasks = 8_000;

/** @param startMs milliseconds since 1970 */
export function createScheduler(startMs: number): Scheduler {
  let now = startMs;
  let tasks = 0;
  const due = new Set<Due>();
  const real = new Set<Promise<unknown>>();

  /** Until promises have settled and the database has answered; there is no other work outside this process. */
  async function quiet(): Promise<void> {
    await settle();
    while (real.size > 0) {
      await Promise.allSettled(real);
      await settle();
    }
  }

  function next(): Due | undefined {
    let first: Due | undefined;
    for (const one of due) if (!first || one.at < first.at) first = one;
    return first;
  }

  const after = (ms: number, act: () => void) => {
    const task = { at: now + Math.max(0, ms), act };
    due.add(task);
    return () => {
      due.delete(task);
    };
  };

  return {
    now: () => now,
    sleep: (ms) => new Promise((resolve) => after(ms, resolve)),
    after,
    busyWith: (work) => {
      const watched = work.finally(() => real.delete(watched));
      real.add(watched);
      return watched;
    },
    runUntil: async (isOver) => {
      for (;;) {
        await quiet();
        tasks += 1;
        if (isOver()) return;
        if (tasks > maxTasks) throw new Error('it goes on and on');
        const task = next();
        if (!task) throw new Error('everybody waits, and nothing is due');
        due.delete(task);
        now = task.at;
        task.act();
      }
    },
  };
}
