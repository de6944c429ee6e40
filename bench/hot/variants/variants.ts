import { seededRandom } from '../../../test/support/faulty-dynamodb/seeded-random.ts';
import { print, tableText } from '../../support/table.ts';
import { contenders } from './contenders.ts';
import { runVirtualSale, type Setting } from './virtual-sale.ts';

export interface Variant {
  scheme: string;
  /** The on-sale of `hot`. */
  attemptsFirst: number;
  attemptsAfter: number;
  seconds: number;
  p99Ms: number;
  readings: number;
  /** Closed loop of 256 instances at 100 ms, as a share of shards / window. */
  shareOfBest: number;
  /** Bookings a second where instances book again at once, at 10 ms, on a table of so many units a second. */
  thousand: number;
  thousandAttempts: number;
  twoPerShard: number;
  thousandOnColdTable: number;
}

const shards = 64;
const plenty = 1_000_000;
const seeds = [1, 2, 3, 4, 5, 6];

/** Other schemes at the same sales, in virtual time: why the one of the product is as it is. */
export function measureHotVariants(): Variant[] {
  return Object.entries(contenders).map(([scheme, make]) => {
    const run = (setting: Omit<Setting, 'random' | 'make' | 'shards'>, times: readonly number[] = [1, 2]) =>
      times.map((seed) => runVirtualSale({ ...setting, shards, make, random: seededRandom(seed) }));
    const table = { windowMs: 100, writeUnits: Number.MAX_SAFE_INTEGER, gapMs: 1 };
    const sales = run({ ...table, capacity: 6_400, instances: 50, perSecond: 300, untilMs: 120_000 }, seeds);
    const loop = { untilMs: 10_000, capacity: plenty };
    const atScale = { ...loop, windowMs: 10, gapMs: 6, writeUnits: 40_000 };
    const settled = [2_000, 10_000] as const;
    const perSecond = (setting: Parameters<typeof run>[0]) => mean(run(setting).map((o) => o.perSecond(...settled)));
    return {
      scheme,
      attemptsFirst: mean(sales.map((sale) => sale.attempts(0, 5_000))),
      attemptsAfter: mean(sales.map((sale) => sale.attempts(5_000, sale.atMs))),
      seconds: mean(sales.map(({ atMs }) => atMs)) / 1_000,
      p99Ms: mean(sales.map(({ p99Ms }) => p99Ms)),
      readings: mean(sales.map(({ readings }) => readings)),
      shareOfBest: perSecond({ ...table, ...loop, instances: 256 }) / (shards / 0.1),
      thousand: perSecond({ ...atScale, instances: 1_000 }),
      thousandAttempts: mean(run({ ...atScale, instances: 1_000 }).map((outcome) => outcome.attempts(...settled))),
      twoPerShard: perSecond({ ...atScale, instances: 2 * shards }),
      thousandOnColdTable: perSecond({ ...atScale, writeUnits: 4_000, instances: 1_000 }),
    };
  });
}

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, n) => sum + n, 0) / numbers.length;

export function printHotVariants(variants: readonly Variant[]): void {
  print('\nThe hot event in virtual time: 50 instances, 300 arrivals/s, 100 ms; then 1,000 instances at 10 ms');
  const head = [
    'scheme',
    'first 5 s',
    'after',
    'seconds',
    'p99 ms',
    'readings',
    '256 instances',
    '1,000: bookings/s',
    'transactions',
    '128: bookings/s',
    '1,000, cold table',
  ];
  const rows = variants.map((variant) => [
    variant.scheme,
    variant.attemptsFirst.toFixed(2),
    variant.attemptsAfter.toFixed(2),
    variant.seconds.toFixed(1),
    variant.p99Ms.toFixed(0),
    variant.readings.toFixed(0),
    variant.shareOfBest.toFixed(2),
    variant.thousand.toFixed(0),
    variant.thousandAttempts.toFixed(2),
    variant.twoPerShard.toFixed(0),
    variant.thousandOnColdTable.toFixed(0),
  ]);
  print(tableText(head, rows));
}
