import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createPace, watchLoad } from '../../local/load.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('pressure begins with one request too many, and ends when there have been few for a moment', async () => {
  const pending: (() => void)[] = [];
  const told: boolean[] = [];
  const handle = watchLoad(
    () => new Promise<void>((resolve) => pending.push(resolve)),
    2,
    (isUnderPressure) => told.push(isUnderPressure),
  );
  const answers = [handle(1), handle(2)];
  expect(told).toEqual([]);
  answers.push(handle(3));
  expect(told).toEqual([true]);
  pending.shift()?.();
  await answers[0];
  expect(told).toEqual([true]);
  // Another request in time, and the pressure has never ended.
  answers.push(handle(4));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(told).toEqual([true]);
  for (const end of pending) end();
  await Promise.all(answers);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(told).toEqual([true, false]);
});

test('a request that fails is under way no more', async () => {
  const told: boolean[] = [];
  const fail = () => Promise.reject(new Error('no'));
  const handle = watchLoad(fail, 0, (isUnderPressure) => told.push(isUnderPressure));
  await expect(handle(1)).rejects.toThrow('no');
  await vi.advanceTimersByTimeAsync(1_000);
  expect(told).toEqual([true, false]);
});

test('without pressure work begins at once; under pressure it takes turns with pauses, until the pressure ends', async () => {
  const pace = createPace();
  const begun: string[] = [];
  const work = (name: string) => async () => {
    begun.push(name);
    await new Promise((resolve) => setTimeout(resolve, 10));
  };
  const turns = [pace.turn(work('a')), pace.turn(work('b'))];
  expect(begun).toEqual(['a', 'b']);
  pace.underPressure(true);
  turns.push(pace.turn(work('c')), pace.turn(work('d')), pace.turn(work('e')), pace.turn(work('f')));
  await vi.advanceTimersByTimeAsync(100);
  expect(begun).toEqual(['a', 'b', 'c']);
  await vi.advanceTimersByTimeAsync(500);
  expect(begun).toEqual(['a', 'b', 'c', 'd']);
  pace.underPressure(false);
  await vi.advanceTimersByTimeAsync(10);
  expect(begun).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  await Promise.all(turns);
});

test('pressure that does not end leaves half of the time to the turns', async () => {
  const pace = createPace();
  const ended: number[] = [];
  const startedAt = performance.now();
  const work = async () => {
    await new Promise((resolve) => setTimeout(resolve, 100));
    ended.push(performance.now() - startedAt);
  };
  const turnsUntil = async (ms: number) => {
    while (performance.now() - startedAt < ms) {
      void pace.turn(work);
      await vi.advanceTimersByTimeAsync(100);
    }
    return ended.length;
  };
  pace.underPressure(true);
  const inRush = await turnsUntil(20_000);
  expect(inRush).toBe(4);
  expect((await turnsUntil(40_000)) - inRush).toBeGreaterThan(70);
});

test('work that fails ends its turn', async () => {
  const pace = createPace();
  pace.underPressure(true);
  const failed = pace.turn(() => Promise.reject(new Error('no')));
  const next = pace.turn(async () => undefined);
  await expect(failed).rejects.toThrow('no');
  await vi.advanceTimersByTimeAsync(10_000);
  await next;
});
