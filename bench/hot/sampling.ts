import { setTimeout as wait } from 'node:timers/promises';
import type { FaultyTable } from './faulty-table.ts';
import type { Seats } from './hot-event.ts';

/** How far an on-sale has come. */
export interface Sample extends Seats {
  /** As it would be without slow motion. */
  readonly atMs: number;
  /** Transactions sent until then. */
  readonly attempts: number;
  readonly conflicts: number;
  /** Answers with 201 until then. */
  readonly confirmed: number;
}

const everyMs = 250;

/** Looks at the counts again and again. */
export function startSampling(
  { proxy, slowMotion }: Pick<FaultyTable, 'proxy' | 'slowMotion'>,
  look: () => Promise<Seats & { confirmed: number }>,
) {
  const startedAt = performance.now();
  const before = proxy.counts().TransactWriteItems;
  const samples: Sample[] = [];
  let isOver = false;
  const sample = async () => {
    const seen = await look();
    const { attempts = 0, conflicts = 0 } = proxy.counts().TransactWriteItems ?? {};
    samples.push({
      atMs: (performance.now() - startedAt) / slowMotion,
      attempts: attempts - (before?.attempts ?? 0),
      conflicts: conflicts - (before?.conflicts ?? 0),
      ...seen,
    });
  };
  const work = (async () => {
    for (; !isOver; await wait(everyMs * slowMotion)) await sample();
    await sample();
  })();
  return {
    stop: async (): Promise<Sample[]> => {
      isOver = true;
      await work;
      return samples;
    },
  };
}

/** Transactions for each booking in the part of the time whose samples are chosen; NaN where none was booked. */
export function attemptsOf(samples: readonly Sample[], isChosen: (sample: Sample) => boolean): number {
  const from = samples.findIndex(isChosen);
  const to = samples.findLastIndex(isChosen);
  const [first, last] = [samples[Math.max(0, from - 1)], samples[to]];
  if (from < 0 || !first || !last || last.sold === first.sold) return Number.NaN;
  return (last.attempts - first.attempts) / (last.sold - first.sold);
}
