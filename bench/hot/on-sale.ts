import type { Random } from '../../test/support/faulty-dynamodb/types.ts';
import { quantile } from '../support/statistics.ts';
import { letArrive } from './arrivals.ts';
import type { FaultyTable } from './faulty-table.ts';
import type { HotEvent } from './hot-event.ts';
import type { Pool, Served } from './pool.ts';
import { attemptsOf, type Sample, startSampling } from './sampling.ts';

export interface OnSale {
  readonly seconds: number;
  /** Transactions sent for each that was committed: first five seconds, from then on, and parts of that. */
  readonly attemptsFirst: number;
  readonly attemptsAfter: number;
  readonly attemptsUntilNinety: number;
  readonly attemptsLastTenth: number;
  readonly arrivals: number;
  /** In the answers, and in the table. */
  readonly confirmed: number;
  readonly sold: number;
  readonly capacity: number;
  readonly soldOut: number;
  readonly falseSoldOut: number;
  readonly busy: number;
  /** By status and code of the problem. */
  readonly answers: Readonly<Record<string, number>>;
  /** From the arrival to the answer, and the part of it in the function; of confirmed bookings. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly functionP50Ms: number;
  readonly functionP99Ms: number;
  /** Share of the time in which the one thread of this process had work. */
  readonly threadBusy: number;
  readonly samples: readonly Sample[];
}

/** Times as they would be without slow motion. */
interface Demand {
  readonly perSecond: number;
  /** When nobody comes any more, sold out or not. */
  readonly patienceMs: number;
  readonly random: Random;
}

const firstMs = 5_000;

/** Everybody wants one ticket of the event until the last one is sold. Its times are as without slow motion. */
export async function runOnSale(
  { table, pool, event }: { table: FaultyTable; pool: Pool; event: HotEvent },
  { perSecond, patienceMs, random }: Demand,
): Promise<OnSale> {
  const { slowMotion } = table;
  const served: Served[] = [];
  let confirmed = 0;
  let falseSoldOut = 0;
  let isOut = false;
  const look = async () => {
    const seats = await event.seats();
    isOut ||= seats.available === 0;
    return seats;
  };
  const startedAt = performance.now();
  const loopBefore = performance.eventLoopUtilization();
  const sampling = startSampling(table, async () => ({ confirmed, ...(await look()) }));
  const arrive = async (number: number) => {
    const answer = await pool.serve(event.booking(number, `key-${number}`));
    served.push(answer);
    if (answer.status === 201) confirmed += 1;
    // Nobody gives a seat back: one that is free after the answer was so before it.
    if (answer.code === 'sold-out' && !isOut && (await look()).available > 0) falseSoldOut += 1;
  };
  const isOver = () => isOut || performance.now() - startedAt > patienceMs * slowMotion;
  await letArrive({ perSecond: perSecond / slowMotion, random }, arrive, isOver);
  const samples = whileSelling(await sampling.stop(), event.capacity);
  const { utilization } = performance.eventLoopUtilization(loopBefore);
  const { sold } = await event.seats();
  const count = (code: string) => served.filter((answer) => answer.code === code).length;
  const [soldOut, busy] = [count('sold-out'), count('busy')];
  const others = Map.groupBy(served, ({ status, code }) => `${status} ${code ?? ''}`.trim());
  const good = served.filter(({ status }) => status === 201);
  const totals = good.map(({ totalMs }) => totalMs / slowMotion);
  const functions = good.map(({ functionMs }) => functionMs / slowMotion);
  const isFirst = ({ atMs }: Sample) => atMs <= firstMs;
  const isLast = (sample: Sample) => sample.sold > 0.9 * event.capacity;
  return {
    seconds: (samples.at(-1)?.atMs ?? 0) / 1_000,
    attemptsFirst: attemptsOf(samples, isFirst),
    attemptsAfter: attemptsOf(samples, (sample) => !isFirst(sample)),
    attemptsUntilNinety: attemptsOf(samples, (sample) => !isFirst(sample) && !isLast(sample)),
    attemptsLastTenth: attemptsOf(samples, isLast),
    arrivals: served.length,
    confirmed: good.length,
    sold,
    capacity: event.capacity,
    soldOut,
    falseSoldOut,
    busy,
    answers: Object.fromEntries([...others].map(([answer, list]) => [answer, list.length])),
    p50Ms: quantile(totals, 0.5),
    p99Ms: quantile(totals, 0.99),
    functionP50Ms: quantile(functions, 0.5),
    functionP99Ms: quantile(functions, 0.99),
    threadBusy: utilization,
    samples,
  };
}

/** Until the last ticket is sold: transactions of those who come too late are no part of it. */
function whileSelling(samples: readonly Sample[], capacity: number): readonly Sample[] {
  const soldOutAt = samples.findIndex(({ sold }) => sold >= capacity);
  return soldOutAt < 0 ? samples : samples.slice(0, soldOutAt + 1);
}
