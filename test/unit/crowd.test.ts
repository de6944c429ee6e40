import { describe, expect, test } from 'vitest';
import { Answers } from '../../bench/crowd/answers.ts';
import { Latencies } from '../../bench/crowd/latencies.ts';
import { isFlat, reportMemory } from '../../bench/crowd/memory.ts';

describe('the latencies of a crowd', () => {
  test('are right to five percent, however many there are', () => {
    const latencies = new Latencies();
    for (let ms = 1; ms <= 10_000; ms += 1) latencies.add(ms);
    for (const share of [0.5, 0.95, 0.99]) {
      expect(latencies.quantile(share) / (10_000 * share)).toBeGreaterThanOrEqual(1);
      expect(latencies.quantile(share) / (10_000 * share)).toBeLessThan(1.051);
    }
    expect([latencies.count, latencies.maxMs, latencies.quantile(1)]).toEqual([10_000, 10_000, 10_000]);
  });

  test('of nobody are 0', () => expect(new Latencies().quantile(0.99)).toBe(0));
});

describe('the memory of a stack', () => {
  const samplesOf = (sizeAt: (second: number) => number) =>
    Array.from({ length: 60 }, (_, at) => ({ at, megabytes: { one: sizeAt(at), other: 100 } }));

  test('is flat where it only breathes', () => {
    const [one, other, all] = reportMemory(samplesOf((second) => 500 + 20 * Math.sin(second)));
    expect([one, other, all].map((line) => line?.name)).toEqual(['one', 'other', 'all']);
    expect([one, other, all].every((line) => line && isFlat(line))).toBe(true);
  });

  test('is not flat where one process grows all the time', () => {
    const [one, other] = reportMemory(samplesOf((second) => 200 + 3 * second));
    expect(one && isFlat(one)).toBe(false);
    expect(one?.slopePerMinute).toBeCloseTo(180);
    expect(other && isFlat(other)).toBe(true);
  });
});

describe('the answers of a crowd', () => {
  const answer = (status: number, code?: string) => async () => ({ status, headers: {}, body: code ? { code } : {} });

  test('are right, faults of the server, lost, or none that the API gives here', async () => {
    const answers = new Answers();
    await answers.take('book', answer(201));
    await answers.take('book', answer(409, 'sold-out'));
    await answers.take('book', answer(503, 'busy'));
    await answers.take('book', answer(503));
    await answers.take('book', answer(404, 'not-found'));
    await answers.take('list events', answer(401));
    await answers.take('cancel', async () => {
      throw Object.assign(new Error('gone'), { code: 'ECONNRESET' });
    });
    const { serverErrors, busy, lost, unexpected } = answers;
    expect({ serverErrors, busy, lost, unexpected }).toEqual({ serverErrors: 2, busy: 1, lost: 1, unexpected: 2 });
    expect(answers.report(2).find(({ action }) => action === 'book')).toMatchObject({
      count: 5,
      perSecond: 2.5,
      answers: { 201: 1, 'sold-out': 1, busy: 1, 503: 1, 'not-found': 1 },
    });
  });
});
