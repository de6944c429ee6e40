import { describe, expect, test } from 'vitest';
import { bindings } from '../../bench/simulate/binding.ts';
import { predictLoop } from '../../bench/simulate/calibrate.ts';
import { dollarsPerTicket } from '../../bench/simulate/dollars.ts';
import { type Model, onColdTable, onSale } from '../../bench/simulate/model.ts';
import { simulate } from '../../bench/simulate/simulate.ts';

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

describe('a simulated on-sale', () => {
  const sale = simulate(onSale(20_000, 1_000));

  test('sells every ticket once and answers everybody', () => {
    expect(sale.sold).toBe(1_000);
    expect(sum(sale.seconds.map((second) => second.sold))).toBe(1_000);
    expect(sum(sale.seconds.map((second) => second.soldOut))).toBe(19_000);
  });

  test('is the same for the same seed, and another one for another', () => {
    expect(simulate(onSale(20_000, 1_000))).toEqual(sale);
    expect(simulate(onSale(20_000, 1_000, 2)).soldOutMs).not.toBe(sale.soldOutMs);
  });

  test('consumes nine units for each ticket, and more for what was refused', () => {
    const attempts = sum(sale.seconds.map((second) => second.attempts));
    expect(sale.used.writeUnits).toBe(9 * 1_000 + 8 * (attempts - 1_000));
    expect(dollarsPerTicket(sale).requests).toBeGreaterThan((9 * 0.625) / 1_000_000);
  });

  test('leaves tickets where fewer people come', () => {
    const quiet = simulate(onSale(300, 1_000));
    expect(quiet.sold).toBe(300);
    expect(quiet.soldOutMs).toBeUndefined();
  });
});

describe('what binds', () => {
  const limitsOf = (model: Model) => bindings(simulate(model)).map(({ limit }) => limit);

  test('nothing, in a small crowd on a wide event', () => {
    expect(limitsOf({ ...onSale(50, 10_000), arrivals: { kind: 'steady', perSecond: 1 } })).toEqual([]);
  });

  test('the gateway, where more than 10,000 a second come', () => {
    const crowd = { ...onSale(60_000, 1_000), arrivals: { kind: 'at once' } as const };
    expect(limitsOf(crowd)).toContain('gateway');
  });

  test('the table, where it was never used', () => {
    const sale = { ...onSale(20_000, 10_000), arrivals: { kind: 'steady', perSecond: 2_000 } as const };
    expect(limitsOf(sale)).not.toContain('table');
    expect(limitsOf(onColdTable(sale))).toContain('table');
  });
});

describe('the preferred shard in a closed loop', () => {
  test('carries nine tenths of the best, and does not collapse with twice as many instances', () => {
    const share = (instances: number) =>
      predictLoop({ shards: 64, windowMs: 100, instances, handlerMs: 4 }).shareOfBest;
    expect(share(128)).toBeGreaterThan(0.9);
    expect(share(256)).toBeGreaterThan(0.9 * share(128));
  });
});
