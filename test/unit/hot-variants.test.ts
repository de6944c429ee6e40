import { expect, test } from 'vitest';
import { contenders } from '../../bench/hot/variants/contenders.ts';
import { runVirtualSale } from '../../bench/hot/variants/virtual-sale.ts';
import { createVirtualTable } from '../../bench/hot/variants/virtual-table.ts';
import { seededRandom } from '../../test/support/faulty-dynamodb/seeded-random.ts';

const sale = (scheme: string, seed = 1) => {
  const make = contenders[scheme];
  if (!make) throw new Error(`there is no scheme "${scheme}"`);
  return runVirtualSale({
    capacity: 1_600,
    shards: 16,
    windowMs: 100,
    writeUnits: Number.MAX_SAFE_INTEGER,
    instances: 12,
    perSecond: 75,
    gapMs: 1,
    untilMs: 120_000,
    random: seededRandom(seed),
    make,
  });
};
const asItIs = 'looks, pauses that last: as it is';

test('every scheme sells every seat once', () => {
  for (const scheme of Object.keys(contenders)) expect(sale(scheme).sold).toBe(1_600);
});

test('the same seed is the same sale, another one is another', () => {
  expect(sale(asItIs).p99Ms).toBe(sale(asItIs).p99Ms);
  expect(sale(asItIs, 2).atMs).not.toBe(sale(asItIs).atMs);
});

test('the scheme of the product hardly conflicts to the last seat, a preferred shard alone does', () => {
  const attempts = (scheme: string) => {
    const { sold, atMs, ...outcome } = sale(scheme);
    return outcome.attempts(0, atMs);
  };
  expect(attempts(asItIs)).toBeLessThan(1.1);
  expect(attempts('a preferred shard, short pauses')).toBeGreaterThan(1.2);
});

test('a virtual shard is in one transaction at a time, and the table has so many units', () => {
  const table = createVirtualTable({ capacity: 3, shards: 2, windowMs: 10, writeUnits: 35 });
  expect([table.book(0, 0), table.book(0, 9), table.book(1, 9), table.book(0, 10)]).toEqual([
    'sold',
    'conflict',
    'sold',
    'sold',
  ]);
  expect(table.book(1, 30)).toBe('throttled');
  expect(table.book(1, 1_030)).toBe('empty');
  expect(table.read()).toEqual([
    { shard: 0, available: 0 },
    { shard: 1, available: 0 },
  ]);
});
