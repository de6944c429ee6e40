import { quantile } from '../support/statistics.ts';
import { tableText } from '../support/table.ts';
import type { Told, Verdict } from './audit.ts';
import type { Attempt } from './on-sale.ts';
import type { RushOptions } from './options.ts';

interface Timed {
  ms: number;
  answeredAt: number;
}

/** The table of a rush. `openedAt`: performance.now() when the first booking was sent. */
export function rushTable(told: Told, verdict: Verdict, openedAt: number, options: RushOptions): string {
  const { attempts, steps } = told;
  const row = (name: string, list: readonly Timed[]) => {
    const seconds = (Math.max(...list.map(({ answeredAt }) => answeredAt)) - openedAt) / 1_000;
    const ms = list.map((attempt) => attempt.ms);
    const shares = [0.5, 0.95, 0.99].map((share) => (ms.length === 0 ? '' : quantile(ms, share).toFixed(1)));
    return [name, list.length, list.length === 0 ? '' : Math.round(list.length / seconds), ...shares];
  };
  const count = (name: string, number: number) => [name, number, '', '', '', ''];
  const of = (outcome: Attempt['outcome']) => attempts.filter((attempt) => attempt.outcome === outcome);
  const done = (what: 'cancel' | 'join') => steps.filter((step) => step.what === what && step.outcome === 'done');
  const { waitlist, cancel } = options;
  return tableText(
    ['', 'count', 'per second', 'p50 ms', 'p95 ms', 'p99 ms'],
    [
      row('confirmed', of('confirmed')),
      row('sold out', of('sold out')),
      ...(waitlist ? [row('waitlist first', of('waitlist first'))] : []),
      row('other answers', of('other')),
      row('errors', of('error')),
      row('all', attempts),
      ...(cancel > 0 ? [row('cancelled', done('cancel'))] : []),
      ...(waitlist ? [row('joined the waitlist', done('join'))] : []),
      ...(waitlist ? [count('promoted', verdict.promoted), count('still waiting', verdict.waiting)] : []),
    ],
  );
}

/** What the other answers and errors were, and how often a 503 was asked again; empty where there were none. */
export function oddities({ attempts, steps }: Told): string[] {
  const odd = [
    ...attempts.filter(({ outcome }) => outcome === 'other' || outcome === 'error'),
    ...steps.filter(({ outcome }) => outcome !== 'done').map(({ what, reason }) => ({ reason: `${what}: ${reason}` })),
  ];
  const lines = [...Map.groupBy(odd, ({ reason }) => reason)].map(([reason, list]) => `${list.length} × ${reason}`);
  const retries = attempts.reduce((sum, attempt) => sum + attempt.retries, 0);
  return retries === 0 ? lines : [...lines, `${retries} × 503, sent again with the same key`];
}

export function verdictText({ sold, oversold, lost, faults, holds }: Verdict, { capacity }: RushOptions): string {
  const soldText = sold === capacity ? `sold = capacity (${sold})` : `sold ${sold} of capacity ${capacity}`;
  const text = `${soldText}, oversold ${oversold}, lost ${lost}`;
  return holds ? `Check passed: ${text}.` : `Check FAILED: ${text}. ${faults.join('; ')}.`;
}
