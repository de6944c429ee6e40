import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { gapMs, letArrive } from '../../bench/hot/arrivals.ts';
import type { Instance } from '../../bench/hot/instances.ts';
import { createPool } from '../../bench/hot/pool.ts';
import { attemptsOf, type Sample } from '../../bench/hot/sampling.ts';
import { callsSince } from '../../bench/storm/rejections.ts';
import { seededRandom } from '../support/faulty-dynamodb/seeded-random.ts';

const call = { routeKey: 'POST /bookings', body: {} };
const answer = { status: 201, code: undefined, body: {} };

test('an instance is given one request at a time; who finds none free waits in line', async () => {
  let atWork = 0;
  let most = 0;
  let ended = 0;
  const endedBefore: number[] = [];
  const instance = (): Instance => {
    let isBusy = false;
    return async () => {
      expect(isBusy).toBe(false);
      isBusy = true;
      most = Math.max(most, ++atWork);
      endedBefore.push(ended);
      await wait(5);
      atWork -= 1;
      ended += 1;
      isBusy = false;
      return answer;
    };
  };
  const pool = createPool([instance(), instance(), instance()], seededRandom(1));
  const served = await Promise.all(Array.from({ length: 12 }, () => pool.serve(call)));
  expect(most).toBe(3);
  expect(endedBefore).toEqual([0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(served.every(({ totalMs, functionMs }) => totalMs >= functionMs)).toBe(true);
});

test('an instance that fails is given the next request too', async () => {
  let calls = 0;
  const failing: Instance = async () => {
    calls += 1;
    if (calls === 1) throw new Error('killed');
    return answer;
  };
  const pool = createPool([failing], seededRandom(1));
  await expect(pool.serve(call)).rejects.toThrow('killed');
  expect(await pool.serve(call)).toMatchObject({ status: 201 });
});

test('people arrive as often as they should, and at random', () => {
  const random = seededRandom(1);
  const gaps = Array.from({ length: 20_000 }, () => gapMs(300, random));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const spread = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
  expect(mean).toBeCloseTo(1_000 / 300, 1);
  expect(spread / mean).toBeCloseTo(1, 1);
});

test('nobody arrives after the end, and who has arrived is waited for', async () => {
  let arrived = 0;
  let served = 0;
  const arrive = async () => {
    arrived += 1;
    await wait(5);
    served += 1;
  };
  await letArrive({ perSecond: 10_000, random: seededRandom(1) }, arrive, () => arrived >= 20);
  expect([arrived, served]).toEqual([20, 20]);
});

const sample = (atMs: number, attempts: number, sold: number): Sample => {
  return { atMs, attempts, sold, conflicts: 0, confirmed: sold, available: 0, emptyShards: 0 };
};

test('transactions a booking are counted from the sample before the part of the time to its last one', () => {
  const samples = [sample(0, 0, 0), sample(100, 30, 20), sample(200, 45, 30), sample(300, 55, 40)];
  expect(attemptsOf(samples, ({ atMs }) => atMs <= 100)).toBe(1.5);
  expect(attemptsOf(samples, ({ atMs }) => atMs > 100)).toBe(1.25);
  expect(attemptsOf(samples, ({ atMs }) => atMs > 300)).toBeNaN();
});

test('calls are those between two looks', () => {
  const counts = { conflicts: 0, throttles: 0, inProgress: 0, lost: 0, errorsBefore: 0, errorsAfter: 0 };
  const of = (attempts: number) => ({ ...counts, attempts, readUnits: 0, writeUnits: 0 });
  const before = { GetItem: of(3), Query: of(1) };
  expect(callsSince(before, { GetItem: of(5), Query: of(1), BatchGetItem: of(2) })).toEqual({
    GetItem: 2,
    BatchGetItem: 2,
  });
});
