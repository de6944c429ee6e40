import type { Second } from './ledger.ts';
import { type Model, onSale } from './model.ts';
import { simulate } from './simulate.ts';

/** The part of what `npm run bench -- hot --json FILE` writes that the model is compared with. */
export interface HotMeasurement {
  readonly perSecond: number;
  readonly instances: number;
  readonly windowMs: number;
  readonly onSale: {
    readonly capacity: number;
    /** Transactions sent for each booking. */
    readonly attemptsFirst: number;
    readonly attemptsUntilNinety: number;
    readonly attemptsLastTenth: number;
    readonly functionP50Ms: number;
    readonly functionP99Ms: number;
  };
  /** Everybody books again at once; bookings a second as a share of shards / window. */
  readonly closedLoop: readonly {
    readonly instances: number;
    readonly shards: number;
    readonly shareOfBest: number;
    readonly attemptsPerBooking: number;
    readonly p50Ms: number;
    /** Share of the time in which the machine that measured had work. */
    readonly threadBusy: number;
  }[];
}

export interface Comparison {
  readonly figure: string;
  readonly measured: number;
  readonly predicted: number;
  /** How far the model is off, as a share of what was measured. */
  readonly off: number;
}

/** Above this share of the time at work a measurement says more of the machine than of the database. */
const keepsUp = 0.9;

/** The part of the closed loop that is looked at, in seconds. */
const loop = { from: 2, to: 10 };

/**
 * Runs the model of the same experiment: no gateway, requests that wait for an instance, a table without latency. How long
 * the handler itself takes there is no part of the comparison: it is what the median leaves beside the window.
 */
export function calibrate({ onSale: measured, closedLoop, ...settings }: HotMeasurement): Comparison[] {
  const { capacity } = measured;
  const people = capacity * 3;
  const shards = closedLoop[0]?.shards ?? 64;
  const handlerMs = handlerOf(measured.functionP50Ms, settings.windowMs);
  const sale = simulate(experiment({ ...settings, shards, tickets: capacity, people, handlerMs }));
  const isSold = (share: number) => (_: unknown, index: number) =>
    sum(sale.seconds.slice(0, index + 1), 'sold') >= share * capacity;
  const ninety = sale.seconds.findIndex(isSold(0.9));
  const end = sale.seconds.findIndex(isSold(1)) + 1;
  const attempts = (from: number, to: number) => {
    const part = sale.seconds.slice(from, to);
    return sum(part, 'attempts') / sum(part, 'sold');
  };
  return [
    compare('transactions a booking, first 5 s', measured.attemptsFirst, attempts(0, 5)),
    compare('… until 90 % are sold', measured.attemptsUntilNinety, attempts(5, ninety)),
    compare('… last 10 %', measured.attemptsLastTenth, attempts(ninety, end)),
    compare('in the function, p99 ms', measured.functionP99Ms, sale.handlerMs.p99),
    ...closedLoop.flatMap(({ instances, shards, shareOfBest, attemptsPerBooking, p50Ms, threadBusy }) => {
      const { windowMs } = settings;
      const loop = predictLoop({ shards, windowMs, instances, handlerMs: handlerOf(p50Ms, windowMs) });
      const doubt = threadBusy > keepsUp ? ' (the machine that measured it did not keep up)' : '';
      return [
        compare(`closed loop of ${instances} instances, share of the best${doubt}`, shareOfBest, loop.shareOfBest),
        compare('… transactions a booking', attemptsPerBooking, loop.attemptsPerBooking),
      ];
    }),
  ];
}

const handlerOf = (medianMs: number, windowMs: number): number => Math.max(0, medianMs - windowMs);

const compare = (figure: string, measured: number, predicted: number): Comparison => ({
  figure,
  measured,
  predicted,
  off: predicted / measured - 1,
});

const sum = (seconds: readonly Second[], name: 'attempts' | 'sold'): number =>
  seconds.reduce((total, second) => total + second[name], 0);

/** What becomes of bookings where every instance always has a request. */
export function predictLoop(settings: { shards: number; windowMs: number; instances: number; handlerMs: number }) {
  const best = (settings.shards * 1_000) / settings.windowMs;
  // So many that no shard is ever empty.
  const tickets = Math.ceil(best * loop.to * 4);
  const model: Model = {
    ...experiment({ ...settings, perSecond: 1, tickets, people: tickets }),
    arrivals: { kind: 'at once' },
    untilMs: loop.to * 1_000,
  };
  const seconds = simulate(model).seconds.slice(loop.from, loop.to);
  const sold = sum(seconds, 'sold');
  return { shareOfBest: sold / (loop.to - loop.from) / best, attemptsPerBooking: sum(seconds, 'attempts') / sold };
}

interface Experiment {
  readonly tickets: number;
  readonly people: number;
  readonly shards: number;
  readonly instances: number;
  readonly windowMs: number;
  readonly perSecond: number;
  readonly handlerMs: number;
}

function experiment({ tickets, people, shards, instances, windowMs, perSecond, handlerMs }: Experiment): Model {
  const { lambda, table, ...model } = onSale(people, tickets);
  const unlimited = { perSecond: 1e9, burst: 1e9 };
  return {
    ...model,
    shards,
    arrivals: { kind: 'steady', perSecond },
    gateway: undefined,
    lambda: {
      ...lambda,
      concurrency: instances,
      ramp: unlimited,
      requests: unlimited,
      whenFull: 'wait',
      takes: 'any',
      coldStartMs: 0,
      handlerMs,
    },
    table: {
      ...table,
      conflictWindowMs: windowMs,
      refusalMs: 1,
      readMs: 1,
      writes: unlimited,
      reads: unlimited,
      partitionWrites: unlimited,
    },
  };
}
