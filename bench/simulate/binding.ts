import type { Second } from './ledger.ts';
import { type Limit, limitNames, type Model } from './model.ts';
import { type Outcome, simulate } from './simulate.ts';

export interface Binding {
  readonly limit: Limit;
  /** Second of the sale in which it began to refuse. */
  readonly second: number;
  /** What it refused of what it was asked, until the last ticket was sold. */
  readonly share: number;
}

/** Limits that refused more than a hundredth of what they were asked: who began first, then who refused most. */
export function bindings({ seconds, soldOutMs }: Outcome): Binding[] {
  const sale = soldOutMs === undefined ? seconds : seconds.slice(0, Math.ceil(soldOutMs / 1_000));
  return limitNames
    .map((limit) => {
      const second = sale.findIndex((one) => one.refusals[limit] > askedOf(limit, one) / 100);
      const total = (count: (second: Second) => number) => sale.reduce((sum, one) => sum + count(one), 0);
      const share =
        total((one) => one.refusals[limit]) /
        Math.max(
          1,
          total((one) => askedOf(limit, one)),
        );
      return { limit, second, share };
    })
    .filter(({ second, share }) => second >= 0 && share > 0.01)
    .sort((a, b) => a.second - b.second || b.share - a.share);
}

/** How often a limit was asked in a second. */
function askedOf(limit: Limit, { requests, refusals, attempts }: Second): number {
  if (limit === 'gateway') return requests + refusals.gateway;
  return limit === 'lambda' ? requests : attempts;
}

/** The same sale with one limit ten times as high. */
function lifted(model: Model, limit: Limit): Model {
  const { gateway, lambda, table } = model;
  const times = 10;
  const more = (rate: { perSecond: number; burst: number }) => ({
    perSecond: rate.perSecond * times,
    burst: rate.burst * times,
  });
  switch (limit) {
    case 'gateway':
      return { ...model, gateway: gateway && more(gateway) };
    case 'lambda':
      return {
        ...model,
        lambda: {
          ...lambda,
          concurrency: lambda.concurrency * times,
          ramp: more(lambda.ramp),
          requests: more(lambda.requests),
        },
      };
    case 'conflict':
      return { ...model, table: { ...table, conflictWindowMs: table.conflictWindowMs / times } };
    case 'table':
      return { ...model, table: { ...table, writes: more(table.writes), reads: more(table.reads) } };
    default:
      return { ...model, table: { ...table, partitionWrites: more(table.partitionWrites) } };
  }
}

/** What binds is what sells sooner when there is more of it: each limit in turn, ten times as high. */
export function liftEach(model: Model): { limit: Limit; soldOutMs: number | undefined }[] {
  const limits = limitNames.filter((limit) => limit !== 'index');
  return limits.map((limit) => ({
    limit,
    soldOutMs: simulate(lifted(model, limit), { untilSoldOut: true }).soldOutMs,
  }));
}
