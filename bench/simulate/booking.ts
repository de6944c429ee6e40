import { limits } from '../../functions/domain/limits.ts';
import type { Random } from '../../test/support/faulty-dynamodb/types.ts';
import type { Ledger } from './ledger.ts';
import type { Model } from './model.ts';
import { createScheme } from './scheme.ts';
import type { Table, Verdict } from './table.ts';

/** Timeout of the function less what it keeps for its answer. */
const patienceMs = 10_000 - limits.answerReserveMs;

export type Answer = 'sold' | 'soldOut' | 'busy';

/** Where a request stands: what is done when its time comes. */
const step = { begin: 0, attempt: 1, sold: 2, empty: 3, refused: 4, read: 5, looked: 6, soldOut: 7, draw: 8 } as const;
type Step = (typeof step)[keyof typeof step];

interface Surroundings {
  readonly model: Model;
  readonly random: Random;
  readonly table: Table;
  readonly ledger: Ledger;
  schedule(instance: number, at: number): void;
  answer(instance: number, answer: Answer, now: number): void;
}

/**
 * The booking function in each of its instances: functions/store/book.ts and draw.ts as a machine of few steps, with what
 * an instance remembers (event, sold out). Which shard it takes and how long it waits is in scheme.ts.
 */
export function createBookings({ model, random, table, ledger, schedule, answer }: Surroundings) {
  const size = model.lambda.concurrency;
  const steps = new Uint8Array(size);
  const startedAt = new Float64Array(size);
  const versionBefore = new Int32Array(size);
  const versionSeen = new Int32Array(size);
  /** After a refusal: how long it waits. */
  const delaysMs = new Float64Array(size);
  const hasDrawn = new Uint8Array(size);
  const knowsEventUntil = new Float64Array(size);
  const soldOutUntil = new Float64Array(size);
  const scheme = createScheme({ instances: size, tickets: model.tickets, shards: model.shards }, random);
  const { readMs, conflictWindowMs, refusalMs } = model.table;

  function later(instance: number, next: Step, at: number): void {
    steps[instance] = next;
    schedule(instance, at);
  }

  function retry(instance: number, next: Step, now: number, delayMs = scheme.waitMs(instance)): void {
    if (now + delayMs - (startedAt[instance] ?? 0) >= patienceMs) answer(instance, 'busy', now);
    else later(instance, next, now + delayMs);
  }

  /** Also where there are no units to read: it waits and tries again. */
  function readThen(instance: number, items: number, steps: { done: Step; again: Step }, now: number): void {
    if (table.read(items, now)) later(instance, steps.done, now + readMs);
    else retry(instance, steps.again, now);
  }

  /** From its own shard; now and then it reads all of them before. */
  function drawFromOne(instance: number, now: number): void {
    if (scheme.isTimeToLook(instance)) {
      scheme.look(instance, table.seats());
      readThen(instance, model.shards, { done: step.attempt, again: step.draw }, now);
    } else {
      attempt(instance, now);
    }
  }

  function attempt(instance: number, now: number): void {
    const shard = scheme.shardFor(instance);
    const verdict: Verdict = table.book(shard, now);
    const second = ledger.at(now);
    second.attempts += 1;
    if (verdict === 'sold') {
      second.sold += 1;
      scheme.sold(instance, shard, conflictWindowMs);
      later(instance, step.sold, now + conflictWindowMs);
    } else if (verdict === 'empty') {
      versionBefore[instance] = -1;
      later(instance, step.empty, now + conflictWindowMs);
    } else {
      second.refusals[verdict] += 1;
      delaysMs[instance] = scheme.refused(instance, verdict === 'conflict' ? 'conflict' : 'throttle');
      later(instance, step.refused, now + refusalMs);
    }
  }

  function look(instance: number, now: number): void {
    versionSeen[instance] = table.version();
    hasDrawn[instance] = scheme.drawFromAll(instance, table.seats()) ? 1 : 0;
    readThen(instance, model.shards, { done: step.looked, again: step.read }, now);
  }

  /** Sold out only where two looks in a row saw the same. */
  function judge(instance: number, now: number): void {
    const [before, seen] = [versionBefore[instance] ?? -1, versionSeen[instance] ?? -1];
    versionBefore[instance] = seen;
    if (hasDrawn[instance] === 1) {
      attempt(instance, now);
    } else if (before === seen) {
      soldOutUntil[instance] = now + limits.soldOutMemoryMs;
      refuse(instance, now);
    } else if (before === -1) {
      look(instance, now);
    } else {
      retry(instance, step.read, now);
    }
  }

  /** The key may be that of a request that got a ticket: one read. */
  function refuse(instance: number, now: number): void {
    readThen(instance, 1, { done: step.soldOut, again: step.begin }, now);
  }

  function begin(instance: number, now: number): void {
    if (now < (soldOutUntil[instance] ?? 0)) {
      refuse(instance, now);
    } else if (now < (knowsEventUntil[instance] ?? 0)) {
      drawFromOne(instance, now);
    } else {
      knowsEventUntil[instance] = now + limits.eventMemoryMs;
      readThen(instance, 1, { done: step.draw, again: step.begin }, now);
    }
  }

  return {
    /** Gives an instance a request. */
    start(instance: number, now: number, coldMs: number): void {
      startedAt[instance] = now + coldMs;
      scheme.begin(instance);
      versionBefore[instance] = -1;
      const half = model.lambda.handlerMs / 2;
      later(instance, step.begin, now + coldMs + half - half * Math.log(1 - random()));
    },
    /** Carries on where it stands. */
    run(instance: number, now: number): void {
      const at = steps[instance];
      if (at === step.begin) begin(instance, now);
      else if (at === step.attempt) attempt(instance, now);
      else if (at === step.draw) drawFromOne(instance, now);
      else if (at === step.refused) retry(instance, step.begin, now, delaysMs[instance]);
      else if (at === step.empty || at === step.read) look(instance, now);
      else if (at === step.looked) judge(instance, now);
      else answer(instance, at === step.sold ? 'sold' : 'soldOut', now);
    },
  };
}
