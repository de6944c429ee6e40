import { describe, expect, test } from 'vitest';
import { createCrowd } from '../../bench/simulate/crowd.ts';
import { createEventHeap } from '../../bench/simulate/event-heap.ts';
import { onSale } from '../../bench/simulate/model.ts';
import { createTable } from '../../bench/simulate/table.ts';
import { createTokenBucket } from '../../bench/simulate/token-bucket.ts';
import { seededRandom } from '../support/faulty-dynamodb/seeded-random.ts';

describe('the heap of events', () => {
  test('gives back the earliest first', () => {
    const random = seededRandom(7);
    const times = Array.from({ length: 200 }, random);
    const heap = createEventHeap(times.length);
    times.forEach((time, id) => {
      heap.push(time, id);
    });
    const order = times.map(() => heap.pop());
    expect(order.map((id) => times[id])).toEqual(times.toSorted((a, b) => a - b));
    expect(heap.nextTime()).toBe(Number.POSITIVE_INFINITY);
  });
});

test('a bucket of tokens fills evenly, up to its burst and not beyond', () => {
  const bucket = createTokenBucket({ perSecond: 10, burst: 5 });
  bucket.take(5);
  expect(bucket.level(300)).toBe(3);
  expect(bucket.level(60_000)).toBe(5);
});

describe('the crowd', () => {
  test('comes whole, each person once', () => {
    const crowd = createCrowd(onSale(5_000, 100), seededRandom(3));
    let came = 0;
    while (crowd.outside() > 0) came += crowd.next().reduce((sum, count) => sum + count, 0);
    expect(came).toBe(5_000);
  });

  test('loses nobody whom it turns away, and lets them come back a level higher after half of the wait or more', () => {
    const crowd = createCrowd(
      { ...onSale(100, 100), arrivals: { kind: 'at once' }, comeBack: { baseMs: 1_000, capMs: 30_000 } },
      seededRandom(3),
    );
    expect(crowd.next()[0]).toBe(100);
    crowd.turnAway(0, 100, 0);
    let back = 0;
    let earliest = Number.POSITIVE_INFINITY;
    for (let ms = 1; crowd.outside() > 0; ms += 1) {
      const level = crowd.next()[1] ?? 0;
      if (level > 0) earliest = Math.min(earliest, ms);
      back += level;
    }
    expect(back).toBe(100);
    expect(earliest).toBeGreaterThanOrEqual(500);
  });
});

describe('the table', () => {
  test('lets one transaction at a time at a shard, and charges the one that it cancels', () => {
    const table = createTable(onSale(10, 10), seededRandom(1));
    expect(table.book(0, 0)).toBe('sold');
    expect(table.book(0, 9.9)).toBe('conflict');
    expect(table.book(0, 10)).toBe('sold');
    expect(table.consumed().writeUnits).toBe(9 + 8 + 9);
    expect(table.version()).toBe(2);
  });

  test('charges nothing for what it throttles, nor for a conflict where conflicts are free', () => {
    const model = onSale(10, 10);
    const booked = (table: Partial<typeof model.table>) => {
      const sold = createTable({ ...model, table: { ...model.table, ...table } }, seededRandom(1));
      const verdicts = [0, 5].map((now) => sold.book(0, now));
      return [...verdicts, sold.consumed().writeUnits];
    };
    expect(booked({ conflictsConsume: false })).toEqual(['sold', 'conflict', 9]);
    expect(booked({ writes: { perSecond: 1, burst: 9 } })).toEqual(['sold', 'table', 9]);
    expect(booked({ partitionWrites: { perSecond: 1, burst: 3 } })).toEqual(['sold', 'shard', 9]);
  });

  test('throttles a shard above 1,000 units a second, and the whole table above its own', () => {
    const model = onSale(100_000, 100);
    const at = (table: typeof model.table) => {
      const sold = createTable({ ...model, tickets: 10_000, table }, seededRandom(1));
      return Array.from({ length: 2_000 }, (_, n) => sold.book(0, n / 10)).filter((verdict) => verdict !== 'sold')[0];
    };
    const table = { ...model.table, conflictWindowMs: 0.05 };
    expect(at(table)).toBe('shard');
    expect(at({ ...table, writes: { perSecond: 10, burst: 90 } })).toBe('table');
  });
});
