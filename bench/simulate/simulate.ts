import { seededRandom } from '../../test/support/faulty-dynamodb/seeded-random.ts';
import { type Answer, createBookings } from './booking.ts';
import { createCrowd } from './crowd.ts';
import { createEventHeap } from './event-heap.ts';
import { createInstances } from './instances.ts';
import { createLedger, type Second } from './ledger.ts';
import type { Model } from './model.ts';
import { createTable } from './table.ts';
import { createTokenBucket } from './token-bucket.ts';

export interface Outcome {
  readonly model: Model;
  readonly seconds: readonly Second[];
  readonly sold: number;
  /** When the last ticket was sold; undefined where some are left. */
  readonly soldOutMs: number | undefined;
  /** When one per cent of the tickets was sold, two per cent, and so on. */
  readonly percentMs: readonly number[];
  /** When everybody had an answer. */
  readonly endMs: number;
  readonly instances: number;
  /** Time of the handler for a buyer, of the request that succeeded. */
  readonly handlerMs: { readonly p50: number; readonly p99: number };
  /** What is paid for. Requests that the gateway turns away are free. */
  readonly used: {
    readonly requests: number;
    readonly invocations: number;
    readonly lambdaMs: number;
    readonly writeUnits: number;
    readonly readUnits: number;
  };
}

/**
 * Runs an on-sale until everybody has an answer, or to `untilMs` of the model. The same model gives the same outcome.
 *
 * @param untilSoldOut ends it with the last ticket
 */
export function simulate(model: Model, { untilSoldOut = false } = {}): Outcome {
  const random = seededRandom(model.seed);
  const table = createTable(model, random);
  const crowd = createCrowd(model, random);
  const instances = createInstances(model, random);
  const ledger = createLedger();
  const heap = createEventHeap(model.lambda.concurrency + 1);
  const invocations = createTokenBucket(model.lambda.requests);
  const gateway = model.gateway && createTokenBucket(model.gateway);
  const levels = new Uint8Array(model.lambda.concurrency);
  const startedAt = new Float64Array(model.lambda.concurrency);
  const line: number[] = [];
  let inLine = 0;
  let working = 0;
  const percentMs: number[] = [];
  let confirmed = 0;
  let soldOutMs: number | undefined;
  let endMs = 0;
  const used = { requests: 0, invocations: 0, lambdaMs: 0 };

  const bookings = createBookings({
    model,
    random,
    table,
    ledger,
    schedule: (instance, at) => heap.push(at, instance),
    answer,
  });

  function answer(instance: number, kind: Answer, now: number): void {
    const tookMs = now - (startedAt[instance] ?? 0);
    used.lambdaMs += tookMs;
    working -= 1;
    endMs = now;
    if (kind === 'sold') {
      ledger.served(tookMs);
      confirmed += 1;
      while (percentMs.length < Math.floor((100 * confirmed) / model.tickets)) percentMs.push(now);
      if (confirmed === model.tickets) soldOutMs = now;
    } else if (kind === 'soldOut') {
      ledger.at(now).soldOut += 1;
    } else {
      ledger.at(now).turnedAway += 1;
      crowd.turnAway(levels[instance] ?? 0, 1, now);
    }
    instances.release(instance);
    if (inLine < line.length) {
      inLine += 1;
      invoke(instances.acquire(now), line[inLine - 1] ?? 0, now);
    }
  }

  function arrive(level: number, now: number): void {
    used.requests += 1;
    ledger.at(now).requests += 1;
    const instance = invocations.has(1, now) ? instances.acquire(now) : -1;
    if (instance !== -1) invoke(instance, level, now);
    else if (model.lambda.whenFull === 'wait') line.push(level);
    else turnAway('lambda', level, 1, now);
  }

  function turnAway(by: 'gateway' | 'lambda', level: number, people: number, now: number): void {
    const second = ledger.at(now);
    second.refusals[by] += people;
    second.turnedAway += people;
    crowd.turnAway(level, people, now);
  }

  /** The gateway is asked once a millisecond, so that those whom it turns away are one step for all of them. */
  function letIn(coming: Int32Array, people: number, ms: number): number[] {
    const share = gateway ? Math.min(1, gateway.level(ms + 1) / people) : 1;
    return Array.from(coming, (count, level) => {
      const admitted = Math.min(count, Math.floor(count * share + (share < 1 ? random() : 0)));
      gateway?.take(admitted);
      if (admitted < count) turnAway('gateway', level, count - admitted, ms);
      return admitted;
    });
  }

  function arriveAll(coming: Int32Array, ms: number): void {
    const people = coming.reduce((sum, count) => sum + count, 0);
    if (people === 0) return;
    const admitted = letIn(coming, people, ms);
    const total = admitted.reduce((sum, count) => sum + count, 0);
    let arrived = 0;
    for (const [level, count] of admitted.entries()) {
      for (let left = count; left > 0; left -= 1) {
        const now = ms + arrived / total;
        runUntil(now);
        arrive(level, now);
        arrived += 1;
      }
    }
  }

  function invoke(instance: number, level: number, now: number): void {
    used.invocations += 1;
    invocations.take(1);
    working += 1;
    levels[instance] = level;
    startedAt[instance] = now;
    bookings.start(instance, now, instances.isCold(instance) ? model.lambda.coldStartMs : 0);
  }

  function runUntil(time: number): void {
    for (let now = heap.nextTime(); now <= time; now = heap.nextTime()) bookings.run(heap.pop(), now);
  }

  const isOver = () => (crowd.outside() === 0 && working === 0) || (untilSoldOut && soldOutMs !== undefined);
  for (let ms = 0; ms < model.untilMs && !isOver(); ms += 1) {
    arriveAll(crowd.next(), ms);
    runUntil(ms + 1);
    ledger.at(ms).instances = instances.count();
  }
  const handlerMs = { p50: ledger.quantile(0.5), p99: ledger.quantile(0.99) };
  return {
    model,
    seconds: ledger.seconds,
    sold: table.version(),
    soldOutMs,
    percentMs,
    endMs,
    instances: instances.count(),
    handlerMs,
    used: { ...used, ...table.consumed() },
  };
}
