import { allocateShards } from '../../functions/domain/inventory.ts';
import { limits } from '../../functions/domain/limits.ts';
import type { Rate } from './token-bucket.ts';

/** How people come: fewer and fewer after the opening, evenly, or all in the same moment. */
export type Arrivals =
  | { readonly kind: 'fading'; readonly meanSeconds: number }
  | { readonly kind: 'steady'; readonly perSecond: number }
  | { readonly kind: 'at once' };

/** Everything that an on-sale is simulated from. Times in milliseconds. */
export interface Model {
  readonly seed: number;
  readonly people: number;
  readonly arrivals: Arrivals;
  /** A booking is one ticket. */
  readonly tickets: number;
  readonly shards: number;
  readonly bookingPartitions: number;
  /** Who is refused by the gateway, or told 503, asks again after so long, doubled each time, with half of it random. */
  readonly comeBack: { readonly baseMs: number; readonly capMs: number };
  /** Requests that the gateway lets through; without, all. */
  readonly gateway: Rate | undefined;
  readonly lambda: {
    readonly concurrency: number;
    /** New instances of one function. */
    readonly ramp: Rate;
    /** Requests that it serves, however short they are. */
    readonly requests: Rate;
    /** A request for which there is no instance is refused by AWS, and waits in a bench. */
    readonly whenFull: 'refuse' | 'wait';
    /** Which of the idle instances is taken. AWS does not say; that used last leaves the fewest of them warm. */
    readonly takes: 'last used' | 'any';
    readonly coldStartMs: number;
    /** Time of the handler itself: half of it fixed, half of it random (exponential). */
    readonly handlerMs: number;
  };
  readonly table: {
    /** How long a transaction is in flight; another one on the same shard meanwhile is cancelled. */
    readonly conflictWindowMs: number;
    /** Whether a transaction that is cancelled for a conflict consumes its units all the same. */
    readonly conflictsConsume: boolean;
    /** How long a refused transaction takes to be answered. */
    readonly refusalMs: number;
    readonly readMs: number;
    readonly writes: Rate;
    readonly reads: Rate;
    /** Of one partition key. */
    readonly partitionWrites: Rate;
  };
  /** Stops here, whoever is left. */
  readonly untilMs: number;
}

/** Write units of a booking with a key: docs/performance.md, "What an operation costs". */
export const bookingUnits = {
  /** Idempotency record, the person's access and rate, booking, shard: two each. */
  table: 8,
  index: 1,
  shard: 2,
} as const;

/** Ten a second for each instance that may run. How many at once is not documented: one for each is assumed. */
export const requestsOf = (concurrency: number): Rate => ({ perSecond: 10 * concurrency, burst: concurrency });

/**
 * Defaults of an account, and what a request takes.
 *
 * - gateway: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
 * - concurrency, and ten requests a second for each instance: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 * - ramp: https://docs.aws.amazon.com/lambda/latest/dg/scaling-behavior.html
 * - table and partitions: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
 *
 * All read on 2026-11-21. Latencies are assumptions: nothing here has run on AWS.
 */
const account = {
  arrivals: { kind: 'fading', meanSeconds: 60 },
  comeBack: { baseMs: 1_000, capMs: 30_000 },
  gateway: { perSecond: 10_000, burst: 5_000 },
  lambda: {
    concurrency: 1_000,
    ramp: { perSecond: 100, burst: 1_000 },
    requests: requestsOf(1_000),
    whenFull: 'refuse',
    takes: 'last used',
    coldStartMs: 400,
    handlerMs: 4,
  },
  table: {
    conflictWindowMs: 10,
    conflictsConsume: true,
    refusalMs: 5,
    readMs: 5,
    writes: { perSecond: 40_000, burst: 40_000 },
    reads: { perSecond: 40_000, burst: 40_000 },
    partitionWrites: { perSecond: 1_000, burst: 1_000 },
  },
  untilMs: 2 * 60 * 60_000,
} as const;

/** Shards and index partitions as the service itself would make them for so many tickets. */
function layoutOf(tickets: number) {
  const [shards = 1] = allocateShards([tickets], { tiers: 0, shards: 0 });
  return { shards, bookingPartitions: Math.ceil(shards / limits.shardsPerBookingPartition) };
}

/** An on-sale on an account with the default quotas, on a table that has seen such load before. */
export function onSale(people: number, tickets: number, seed = 1): Model {
  return { seed, people, tickets, ...layoutOf(tickets), ...account };
}

/** The same on a table that was never used: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html */
export function onColdTable(model: Model): Model {
  return {
    ...model,
    table: {
      ...model.table,
      writes: { perSecond: 4_000, burst: 4_000 },
      reads: { perSecond: 12_000, burst: 12_000 },
    },
  };
}

/** The same on an account whose quotas were raised tenfold, and that of the table beyond what this sale can ask. */
export function onRaisedQuotas(model: Model): Model {
  return {
    ...model,
    gateway: { perSecond: 100_000, burst: 50_000 },
    lambda: { ...model.lambda, concurrency: 10_000, requests: requestsOf(10_000) },
    table: {
      ...model.table,
      writes: { perSecond: 400_000, burst: 400_000 },
      reads: { perSecond: 400_000, burst: 400_000 },
    },
  };
}

/** Bookings a second that each part of the way can carry at best. */
export function ceilings({ shards, bookingPartitions, gateway, lambda, table }: Model): Record<Limit, number> {
  const { conflictWindowMs } = table;
  const all = bookingUnits.table + bookingUnits.index;
  return {
    gateway: gateway?.perSecond ?? Number.POSITIVE_INFINITY,
    lambda: Math.min(lambda.requests.perSecond, (lambda.concurrency * 1_000) / (lambda.handlerMs + conflictWindowMs)),
    conflict: (shards * 1_000) / conflictWindowMs,
    shard: (shards * table.partitionWrites.perSecond) / bookingUnits.shard,
    index: (bookingPartitions * table.partitionWrites.perSecond) / bookingUnits.index,
    table: table.writes.perSecond / all,
  };
}

/** What can hold a booking back. */
export const limitNames = ['gateway', 'lambda', 'conflict', 'shard', 'index', 'table'] as const;
export type Limit = (typeof limitNames)[number];
