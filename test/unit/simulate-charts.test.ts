import { describe, expect, test } from 'vitest';
import { answersOverTime, goodputByInstances, soldOverTime } from '../../bench/simulate/charts.ts';
import { onSale } from '../../bench/simulate/model.ts';
import { simulate } from '../../bench/simulate/simulate.ts';

const outcome = simulate(onSale(2_000, 500));
const charts = () => ({
  sold: soldOverTime('2,000 people', [{ outcome }]),
  answers: answersOverTime('500 tickets', outcome, 60),
  instances: goodputByInstances('500 tickets', [{ name: 'default quotas', points: [[16, 100] as const] }]),
});

describe('charts', () => {
  test('are the same text each time, whatever was drawn before', () => {
    expect(charts()).toEqual(charts());
  });

  test('name their lines and axes, every text at a place of its own', () => {
    const { sold, answers, instances } = charts();
    for (const text of ['500 tickets', 'seconds since the opening', '% of the tickets']) expect(sold).toContain(text);
    for (const text of ['sold out (409)', 'answers a second']) expect(answers).toContain(text);
    for (const text of ['default quotas', 'tickets a second', 'instances at most']) expect(instances).toContain(text);
    expect(sold + answers + instances).not.toContain('NaN');
  });
});
