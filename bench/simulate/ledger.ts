import type { Limit } from './model.ts';

/** What happened in one second. */
export interface Second {
  /** Let in by the gateway. */
  requests: number;
  sold: number;
  soldOut: number;
  /** Requests turned away: by the gateway, for want of an instance, by the handler for want of time. */
  turnedAway: number;
  attempts: number;
  refusals: Record<Limit, number>;
  instances: number;
}

export interface Ledger {
  readonly seconds: Second[];
  at(now: number): Second;
  /** @param ms how long the handler took for one who got a ticket */
  served(ms: number): void;
  /** Handler time below which a share of the buyers got their answer. */
  quantile(share: number): number;
}

const newSecond = (): Second => ({
  requests: 0,
  sold: 0,
  soldOut: 0,
  turnedAway: 0,
  attempts: 0,
  refusals: { gateway: 0, lambda: 0, conflict: 0, shard: 0, index: 0, table: 0 },
  instances: 0,
});

/** Counts by the second, so that ten million people fit. */
export function createLedger(): Ledger {
  const seconds: Second[] = [];
  const histogram = new Float64Array(60_000);
  let count = 0;
  return {
    seconds,
    at(now) {
      const index = Math.floor(now / 1_000);
      while (seconds.length <= index) seconds.push(newSecond());
      const second = seconds[index];
      if (!second) throw new RangeError(`no second ${index}`);
      return second;
    },
    served(ms) {
      const place = Math.min(histogram.length - 1, Math.max(0, Math.round(ms)));
      histogram[place] = (histogram[place] ?? 0) + 1;
      count += 1;
    },
    quantile(share) {
      let seen = 0;
      const place = histogram.findIndex((bookings) => {
        seen += bookings;
        return bookings > 0 && seen >= share * count;
      });
      return place === -1 ? Number.NaN : place;
    },
  };
}
