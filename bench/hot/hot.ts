import { seededRandom } from '../../test/support/faulty-dynamodb/seeded-random.ts';
import { print, tableText } from '../support/table.ts';
import { caughtUp } from '../verify/findings.ts';
import { verifyTable } from '../verify-table.ts';
import { type ClosedLoop, runClosedLoop } from './closed-loop.ts';
import { type FaultyTable, startFaultyTable } from './faulty-table.ts';
import { eventCreator } from './hot-event.ts';
import { startInstances } from './instances.ts';
import { type OnSale, runOnSale } from './on-sale.ts';
import { createPool } from './pool.ts';
import { warmUp } from './warm-up.ts';

export interface Hot {
  slowMotion: number;
  windowMs: number;
  perSecond: number;
  instances: number;
  onSale: OnSale;
  closedLoop: ClosedLoop[];
  /** What the whole table breaks of the data model, beside statistics, which no worker keeps here. */
  broken: number;
}

/** The load of one shard in one window is that of 3,000 arrivals a second at the 10 ms that DynamoDB takes. */
const windowMs = 100;
const perSecond = 300;
const seed = 20_260_101;
const instances = 50;
/** The least with 64 shards, but for some seats. */
const capacity = 6_400;
/** Above this share of the time at work requests wait for the machine and not for the database. */
const keepsUp = 0.9;
/** So many that no shard is ever empty. */
const plenty = 1_000_000;

/**
 * One event that everybody wants, booked by many instances of the real function on a table that conflicts.
 *
 * @param slowMotion how many times slower all of it is, so that this machine keeps up; figures are as without
 */
export async function measureHot(slowMotion: number): Promise<Hot> {
  const table = await startFaultyTable({ conflictWindowMs: windowMs, seed, slowMotion });
  try {
    const random = seededRandom(seed);
    const createEvent = await eventCreator(table);
    const pool = await startInstances(table, instances);
    await warmUp(pool, createEvent);
    const event = await createEvent(capacity);
    const demand = { perSecond, patienceMs: (3 * capacity * 1_000) / perSecond, random };
    const onSale = await runOnSale({ table, pool: createPool(pool, random), event }, demand);
    const [first, after] = [onSale.attemptsFirst, onSale.attemptsAfter].map((attempts) => attempts.toFixed(2));
    tell(`${onSale.sold} seats are sold with ${first} transactions a booking at first, ${after} after that`);
    const closedLoop: ClosedLoop[] = [];
    for (const times of [2, 4]) {
      const hot = await createEvent(plenty);
      const added = await startInstances(table, times * hot.shards - pool.length);
      await warmUp(added, createEvent);
      pool.push(...added);
      const duration = { settleMs: 2_000, measureMs: 8_000, windowMs };
      tell(`${pool.length} instances are ready`);
      const loop = await runClosedLoop({ table, instances: pool, event: hot }, duration);
      tell(`${loop.shareOfBest.toFixed(2)} of shards/window with ${loop.attemptsPerBooking.toFixed(2)} each`);
      closedLoop.push(loop);
    }
    return { slowMotion, windowMs, perSecond, instances, onSale, closedLoop, broken: await brokenIn(table) };
  } finally {
    await table.stop();
  }
}

/** It takes minutes. */
const tell = (news: string): boolean => process.stderr.write(`${news}\n`);

async function brokenIn({ client, tableName }: FaultyTable): Promise<number> {
  const { findings } = await verifyTable({ client, tableName, settleMs: 0 });
  return findings.filter(({ rule }) => !caughtUp.has(rule)).length;
}

export function printHot({ slowMotion, onSale, closedLoop, broken, ...settings }: Hot): void {
  const { windowMs, perSecond, instances } = settings;
  print(`\nThe hot event: ${perSecond} arrivals/s, ${instances} instances, a conflict window of ${windowMs} ms`);
  print(`(in slow motion, ${slowMotion} times slower; figures are as without)`);
  const rows: [string, string | number][] = [
    ['transactions a booking, first 5 s', onSale.attemptsFirst.toFixed(2)],
    ['… after that', onSale.attemptsAfter.toFixed(2)],
    ['… … until 90 % are sold', onSale.attemptsUntilNinety.toFixed(2)],
    ['… … last 10 %', onSale.attemptsLastTenth.toFixed(2)],
    ['seats, sold', `${onSale.capacity}, ${onSale.sold}`],
    ['oversold', Math.max(0, onSale.confirmed - onSale.capacity, onSale.sold - onSale.capacity)],
    ['false sold-out', onSale.falseSoldOut],
    ['busy', onSale.busy],
    ['seconds until the last ticket', onSale.seconds.toFixed(1)],
    ['from arrival to answer, p50 ms', onSale.p50Ms.toFixed(0)],
    ['… p99 ms', onSale.p99Ms.toFixed(0)],
    ['in the function, p50 ms', onSale.functionP50Ms.toFixed(0)],
    ['… p99 ms', onSale.functionP99Ms.toFixed(0)],
    ['this thread had work', percent(onSale.threadBusy)],
    ['invariants broken in the table', broken],
  ];
  print(tableText(['on-sale', ''], rows));
  const head = [
    'instances',
    'bookings/s',
    'of shards/window',
    'transactions a booking',
    'busy',
    'p50 ms',
    'p99 ms',
    'work',
  ];
  const loops = closedLoop.map((loop) => [
    loop.instances,
    loop.goodput.toFixed(0),
    loop.shareOfBest.toFixed(2),
    loop.attemptsPerBooking.toFixed(2),
    loop.busy,
    loop.p50Ms.toFixed(0),
    loop.p99Ms.toFixed(0),
    percent(loop.threadBusy),
  ]);
  if ([onSale, ...closedLoop].some(({ threadBusy }) => threadBusy > keepsUp)) {
    print('This machine did not keep up: its one thread had no rest. Take a higher --slow.');
  }
  print('\nClosed loop: each instance books again at once');
  print(tableText(head, loops));
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
