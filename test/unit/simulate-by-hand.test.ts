import { describe, expect, test } from 'vitest';
import { dollarsPerTicket } from '../../bench/simulate/dollars.ts';
import { type Model, onSale, requestsOf } from '../../bench/simulate/model.ts';
import { simulate } from '../../bench/simulate/simulate.ts';

const unlimited = { perSecond: 1e9, burst: 1e9 };

/** Everybody comes at once and waits in line for one of so many warm instances; nothing is limited but by the caller. */
function crowd(tickets: number, concurrency: number): Model {
  const model = onSale(tickets, tickets);
  return {
    ...model,
    arrivals: { kind: 'at once' },
    gateway: undefined,
    lambda: {
      ...model.lambda,
      concurrency,
      ramp: unlimited,
      requests: unlimited,
      whenFull: 'wait',
      takes: 'any',
      coldStartMs: 0,
    },
  };
}

const seconds = (model: Model): number => (simulate(model).soldOutMs ?? Number.NaN) / 1_000;
/** Within so many per cent. */
const near = (actual: number, expected: number, percent: number) => {
  expect(actual).toBeGreaterThan(expected * (1 - percent / 100));
  expect(actual).toBeLessThan(expected * (1 + percent / 100));
};

describe('what can be worked out by hand', () => {
  test('where nothing binds, half of the people have come after 60 s × ln 2', () => {
    near(seconds(onSale(20_000, 10_000)), 60 * Math.LN2, 2);
  });

  test('one instance takes 14 ms for a ticket: 4 of its own and a window of 10', () => {
    near(seconds({ ...crowd(2_000, 1), shards: 1 }), 2_000 * 0.014, 2);
  });

  test('one instance serves ten requests a second, however fast it is', () => {
    const model = crowd(200, 1);
    const sale: Model = {
      ...model,
      arrivals: { kind: 'steady', perSecond: 50 },
      people: 2_000,
      comeBack: { baseMs: 100, capMs: 100 },
      lambda: { ...model.lambda, requests: requestsOf(1), whenFull: 'refuse' },
    };
    near(seconds(sale), 200 / 10, 5);
  });

  test('one shard sells at most 100 tickets a second, and many who want it do not stop it', () => {
    const rate = (instances: number) => 2_000 / seconds({ ...crowd(2_000, instances), shards: 1 });
    for (const instances of [2, 8, 64]) {
      expect(rate(instances)).toBeLessThan(1 / 0.01);
      expect(rate(instances)).toBeGreaterThan(0.8 / 0.014);
    }
  });

  test('a table sells its units in nines, and the second that it has saved up', () => {
    const model = crowd(100_000, 64);
    const writes = { perSecond: 9_000, burst: 9_000 };
    const table = { ...model.table, writes, conflictsConsume: false };
    near(simulate({ ...model, table, untilMs: 10_000 }).sold, 1_000 + 10 * 1_000, 2);
  });

  test('a shard writes 500 transactions a second, and those that it has saved up', () => {
    const model = crowd(3_000, 1);
    const table = { ...model.table, conflictWindowMs: 0.01, refusalMs: 0 };
    const lambda = { ...model.lambda, handlerMs: 0.01 };
    near(seconds({ ...model, shards: 1, bookingPartitions: 8, lambda, table }), (3_000 - 500) / 500, 5);
  });

  test('the gateway lets in its burst and its rate', () => {
    const sale = simulate({
      ...crowd(100_000, 1_000),
      arrivals: { kind: 'steady', perSecond: 50_000 },
      gateway: { perSecond: 10_000, burst: 5_000 },
      untilMs: 1_000,
    });
    near(sale.used.requests, 15_000, 1);
  });

  test('a ticket costs a request, an invocation, 14 ms of 1 GB and nine units', () => {
    const sale = simulate({ ...crowd(5_000, 1), shards: 1, arrivals: { kind: 'steady', perSecond: 20 } });
    near(dollarsPerTicket(sale).requests * 1e6, 1 + 0.2 + 0.014 * 13.3334 + 9 * 0.625, 0.3);
  });

  test('new instances come as fast as the ramp permits', () => {
    const model: Model = { ...crowd(1_000, 1_000), arrivals: { kind: 'steady', perSecond: 200 } };
    const ramp = { perSecond: 10, burst: 30 };
    const sale = simulate({
      ...model,
      lambda: { ...model.lambda, ramp, whenFull: 'refuse', handlerMs: 100_000 },
      untilMs: 3_000,
    });
    expect(sale.seconds.map(({ instances }) => Math.round(instances / 10))).toEqual([4, 5, 6]);
  });
});
