import { quantile } from '../support/statistics.ts';
import type { FaultyTable } from './faulty-table.ts';
import type { HotEvent } from './hot-event.ts';
import type { Instance } from './instances.ts';
import { attemptsOf, type Sample, startSampling } from './sampling.ts';

export interface ClosedLoop {
  readonly instances: number;
  readonly shards: number;
  /** Bookings a second. */
  readonly goodput: number;
  /** Of the bookings a second that there are if every shard is always in a transaction. */
  readonly shareOfBest: number;
  readonly attemptsPerBooking: number;
  readonly busy: number;
  /** In the answers and in the table; both of the whole run. */
  readonly confirmed: number;
  readonly sold: number;
  readonly answers: Readonly<Record<string, number>>;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly threadBusy: number;
}

/** Times as they would be without slow motion. */
interface Duration {
  /** For instances to find their shards. */
  readonly settleMs: number;
  readonly measureMs: number;
  readonly windowMs: number;
}

/** Each instance books again as soon as it has an answer. Its figures are as without slow motion. */
export async function runClosedLoop(
  { table, instances, event }: { table: FaultyTable; instances: readonly Instance[]; event: HotEvent },
  { settleMs, measureMs, windowMs }: Duration,
): Promise<ClosedLoop> {
  const { slowMotion } = table;
  const answers: Record<string, number> = {};
  const times: number[] = [];
  const startedAt = performance.now();
  const nowMs = () => (performance.now() - startedAt) / slowMotion;
  const loopBefore = performance.eventLoopUtilization();
  const sampling = startSampling(table, async () => ({ confirmed: answers['201'] ?? 0, ...(await event.seats()) }));
  let people = 0;
  const work = async (instance: Instance) => {
    while (nowMs() < settleMs + measureMs) {
      people += 1;
      const askedAt = nowMs();
      const { status, code } = await instance(event.booking(people, `key-${people}`));
      const answer = `${status} ${code ?? ''}`.trim();
      answers[answer] = (answers[answer] ?? 0) + 1;
      if (status === 201 && askedAt > settleMs) times.push(nowMs() - askedAt);
    }
  };
  await Promise.all(instances.map(work));
  const samples = await sampling.stop();
  const { utilization } = performance.eventLoopUtilization(loopBefore);
  const isMeasured = ({ atMs }: Sample) => atMs > settleMs && atMs <= settleMs + measureMs;
  const goodput = soldPerSecond(samples.filter(isMeasured));
  const { sold } = await event.seats();
  return {
    instances: instances.length,
    shards: event.shards,
    goodput,
    shareOfBest: goodput / (event.shards / (windowMs / 1_000)),
    attemptsPerBooking: attemptsOf(samples, isMeasured),
    busy: answers['503 busy'] ?? 0,
    confirmed: answers['201'] ?? 0,
    sold,
    answers,
    p50Ms: quantile(times, 0.5),
    p99Ms: quantile(times, 0.99),
    threadBusy: utilization,
  };
}

function soldPerSecond(samples: readonly Sample[]): number {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || first === last) return Number.NaN;
  return ((last.sold - first.sold) * 1_000) / (last.atMs - first.atMs);
}
