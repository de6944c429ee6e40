import { markdownTable } from '../costs/generated-section.ts';
import { bindings, liftEach } from './binding.ts';
import type { Comparison } from './calibrate.ts';
import type { Case } from './cases.ts';
import { dollarsPerTicket } from './dollars.ts';
import { ceilings, type Limit, limitNames, type Model } from './model.ts';
import type { Outcome } from './simulate.ts';

export interface Run extends Case {
  readonly outcome: Outcome;
}

const words: Record<Limit, string> = {
  gateway: 'API Gateway, requests a second',
  lambda: 'Lambda, instances and requests a second',
  conflict: 'conflict window of the shards',
  shard: 'units of a shard',
  index: 'units of an index partition',
  table: 'units of the table',
};

const short: Record<Limit, string> = {
  gateway: 'gateway',
  lambda: 'Lambda',
  conflict: 'conflicts',
  shard: 'shards',
  index: 'index',
  table: 'table',
};

const whole = (value: number): string => Math.round(value).toLocaleString('en');

function seconds(ms: number | undefined): string {
  if (ms === undefined) return 'never';
  return ms < 100_000 ? `${(ms / 1_000).toFixed(1)} s` : `${whole(ms / 1_000)} s`;
}

/** The sales: how long, how much work, how much money. */
export function salesTable(runs: readonly Run[]): string {
  const rows = runs.map(({ name, outcome }) => {
    const { sold, soldOutMs, endMs, used, handlerMs } = outcome;
    const attempts = outcome.seconds.reduce((sum, second) => sum + second.attempts, 0);
    const { requests } = dollarsPerTicket(outcome);
    return [
      name,
      seconds(soldOutMs),
      soldOutMs === undefined ? '' : whole((sold * 1_000) / soldOutMs),
      seconds(endMs),
      bindingText(outcome),
      (attempts / sold).toFixed(2),
      (used.writeUnits / sold).toFixed(1),
      `${handlerMs.p50} / ${handlerMs.p99}`,
      (requests * 1_000).toFixed(3),
    ];
  });
  const head = [
    'sale',
    'sold out after',
    'tickets/s',
    'all answered after',
    'refused until sold out',
    'transactions a ticket, in all',
    'write units a ticket, in all',
    'function p50 / p99 ms',
    '$ per 1,000 tickets',
  ];
  return markdownTable(head, rows);
}

function bindingText(outcome: Outcome): string {
  const list = bindings(outcome).map(({ limit, share }) => `${short[limit]} ${Math.round(100 * share)} %`);
  return list.join(', ') || 'nothing';
}

/** What each part of the way can carry by itself. */
export function ceilingsTable(models: readonly Model[]): string {
  const columns = models.map(ceilings);
  const rows = limitNames.map((limit) => [words[limit], ...columns.map((column) => whole(column[limit]))]);
  return markdownTable(['bookings/s at best', ...models.map(({ tickets }) => `${whole(tickets)} tickets`)], rows);
}

/** Each limit in turn ten times as high. */
export function liftsTable(cases: readonly Run[]): string {
  const columns = cases.map(({ model }) => liftEach(model));
  const limits = columns[0]?.map(({ limit }) => limit) ?? [];
  const rows = limits.map((limit, row) => [
    `${words[limit]} × 10${limit === 'conflict' ? ' (a tenth as long)' : ''}`,
    ...columns.map((column) => seconds(column[row]?.soldOutMs)),
  ]);
  const asItIs = ['as it is', ...cases.map(({ outcome }) => seconds(outcome.soldOutMs))];
  return markdownTable(['sold out after', ...cases.map(({ name }) => name)], [asItIs, ...rows]);
}

export function calibrationTable(comparisons: readonly Comparison[]): string {
  const rows = comparisons.map(({ figure, measured, predicted, off }) => [
    figure,
    measured.toFixed(2),
    predicted.toFixed(2),
    `${off >= 0 ? '+' : '−'}${Math.abs(100 * off).toFixed(0)} %`,
  ]);
  return markdownTable(['', 'measured', 'model', 'off by'], rows);
}
