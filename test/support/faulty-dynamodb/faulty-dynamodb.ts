import { cancelled, inProgress, serverError } from './answers.ts';
import { withoutRefused, withRefused } from './batches.ts';
import { consumedIn, corrected, totalOf, withoutExtraReport } from './consumed.ts';
import { createCounters } from './counters.ts';
import { drawFate, type Fate } from './fate.ts';
import { createItemsInFlight } from './items-in-flight.ts';
import type { Footprint } from './known-items.ts';
import { learn } from './learn.ts';
import { createPartitions } from './partitions.ts';
import { demandsOf, type JudgedStep, keysOf, kindOf, type Plan, planOf } from './plan.ts';
import { createTokens } from './tokens.ts';
import {
  type Clock,
  type DynamoRequest,
  type DynamoResponse,
  eventlyKeys,
  type Faults,
  type FaultyDynamoDb,
  type Forward,
  healthy,
  type KeySchema,
  lost,
  type Random,
} from './types.ts';
import { judge, refusalOf } from './verdict.ts';

interface Settings {
  readonly forward: Forward;
  readonly random: Random;
  readonly clock: Clock;
  /** @default healthy */
  readonly faults?: Partial<Faults>;
  /** @default eventlyKeys */
  readonly schema?: KeySchema;
}

/** A request on its way. */
interface Flight {
  readonly request: DynamoRequest;
  readonly plan: Plan;
  readonly steps: readonly JudgedStep[];
  readonly fate: Fate;
  readonly token: string | undefined;
  readonly arrivedAt: number;
}

/**
 * Stands between a client and a database that never conflicts, throttles or loses an answer, and does all three as
 * DynamoDB does. What becomes of a request depends on the order of the calls, the random numbers and the clock alone.
 *
 * A transaction holds its items from its arrival until its answer leaves, which takes the conflict window at least, and
 * commits at a random moment between the two.
 */
export function createFaultyDynamoDb({ forward, random, clock, ...settings }: Settings): FaultyDynamoDb {
  let faults: Faults = { ...healthy, ...settings.faults };
  const schema = settings.schema ?? eventlyKeys;
  const known = new Map<string, Footprint>();
  const partitions = createPartitions();
  const items = createItemsInFlight();
  const tokens = createTokens();
  const counters = createCounters();

  async function handle(request: DynamoRequest): Promise<DynamoResponse | typeof lost> {
    const plan = planOf(request, known, schema);
    if (!plan) return forward(request);
    const fate = drawFate(random, faults);
    const count = counters.of(request.operation);
    count.attempts += 1;
    const answer = await decide(request, plan, fate);
    if (fate.strike !== 'lostAnswer') return answer;
    counters.of(request.operation).lost += 1;
    return lost;
  }

  /** Everything up to the first await happens at the request's arrival. */
  function decide(request: DynamoRequest, plan: Plan, fate: Fate): Promise<DynamoResponse> {
    const arrivedAt = clock.now();
    const count = counters.of(request.operation);
    const token = tokenOf(request, plan);
    const isStruck = fate.strike === 'inProgress' && plan.family === 'transactWrite';
    if (isStruck || (token !== undefined && tokens.isInFlight(token))) {
      count.inProgress += 1;
      return later(fate.latencyMs, inProgress());
    }
    if (token !== undefined && tokens.isCommitted(token, arrivedAt)) return replay({ request, plan, fate, arrivedAt });
    const hasRoom = partitions.judge(arrivedAt, faults);
    const steps = judge(plan, {
      isConflict: ({ target }) => target !== undefined && isConflict(plan, target.key, target.access !== 'read'),
      hasRoom: ({ demands }) => hasRoom(demands),
      throttleReason: faults.throttleReason,
    });
    const codes = new Set(steps.map(({ code }) => code));
    if (codes.has('TransactionConflict')) count.conflicts += 1;
    if (codes.has('ThrottlingError') || codes.has('ProvisionedThroughputExceeded')) count.throttles += 1;
    const flight = { request, plan, steps, fate, token, arrivedAt };
    const refusal = refusalOf(plan, steps);
    return refusal ? refuse(flight, refusal) : carryOut(flight);
  }

  function isConflict({ family }: Plan, key: string, isWrite: boolean): boolean {
    if (family === 'transactGet') return items.isBeingWritten(key);
    return isWrite && items.isInTransaction(key);
  }

  /** A transaction that lost against another one consumed units, and held its other items until it was cancelled. */
  async function refuse(flight: Flight, refusal: DynamoResponse): Promise<DynamoResponse> {
    const { request, plan, steps, fate } = flight;
    if (plan.family !== 'transactWrite') return later(fate.latencyMs, refusal);
    if (steps.every(({ code }) => code === 'None' || code === 'TransactionConflict')) {
      const demands = demandsOf(steps);
      partitions.charge(demands, flight.arrivedAt, faults);
      count(request, plan, sumOf(demands));
    }
    const end = hold(flight);
    try {
      return await later(fate.latencyMs, refusal);
    } finally {
      end();
    }
  }

  async function carryOut(flight: Flight): Promise<DynamoResponse> {
    const { plan, steps, fate, arrivedAt } = flight;
    const windowMs = plan.family === 'transactWrite' ? faults.conflictWindowMs : 0;
    const durationMs = Math.max(fate.latencyMs, windowMs);
    const demands = demandsOf(steps.filter(({ code }) => code === 'None'));
    partitions.charge(demands, arrivedAt, faults);
    const reading = plan.family === 'transactGet' ? items.startReading(keysOf(steps)) : undefined;
    const end = hold(flight);
    try {
      await pause(durationMs * fate.commitAt);
      const answer = await execute(flight, demands);
      await pause(arrivedAt + durationMs - clock.now());
      if (!reading || reading.broken.size === 0) return answer;
      counters.of(flight.request.operation).conflicts += 1;
      const isBroken = (step: JudgedStep) => step.target !== undefined && reading.broken.has(step.target.key);
      return cancelled(steps.map((step) => (isBroken(step) ? 'TransactionConflict' : 'None')));
    } finally {
      reading?.end();
      end();
    }
  }

  /** Carries out what was not refused, unless an error comes first. */
  async function execute(flight: Flight, demands: ReturnType<typeof demandsOf>): Promise<DynamoResponse> {
    const { request, plan, steps, fate, token } = flight;
    if (fate.strike === 'errorBefore') {
      partitions.giveBack(demands, clock.now(), faults);
      counters.of(request.operation).errorsBefore += 1;
      return serverError();
    }
    const isPartial = steps.some(({ code }) => code !== 'None');
    const served = steps.filter(({ code }) => code === 'None');
    // A batch of which every entry met a transaction: there is nothing to ask.
    const { status, body } =
      served.length === 0 ? { status: 200, body: {} } : await ask(isPartial ? withoutRefused(request, steps) : request);
    const consumed = consumedIn(body, kindOf(plan));
    if (status === 200) {
      if (token !== undefined) tokens.commit(token, clock.now());
      learn(known, schema, { request, steps: served, answer: body, consumed });
    }
    const isEstimated = status === 200 || isRefusedByCondition(body);
    const actual = consumed ? corrected(demands, consumed) : isEstimated ? demands : [];
    partitions.giveBack(demands, clock.now(), faults);
    partitions.charge(actual, clock.now(), faults);
    count(request, plan, consumed ? totalOf(consumed) : sumOf(actual));
    if (fate.strike === 'errorAfter') {
      counters.of(request.operation).errorsAfter += 1;
      return serverError();
    }
    const answer = withoutExtraReport(body, request.body.ReturnConsumedCapacity);
    return { status, body: isPartial && status === 200 ? withRefused(request, answer, steps) : answer };
  }

  /** A committed token changes nothing, so it meets neither conflict nor throttle; the database knows it too. */
  async function replay({ request, fate, arrivedAt }: Omit<Flight, 'steps' | 'token'>): Promise<DynamoResponse> {
    if (fate.strike === 'errorBefore') {
      counters.of(request.operation).errorsBefore += 1;
      return later(fate.latencyMs, serverError());
    }
    const { status, body } = await ask(request);
    const consumed = consumedIn(body, 'read');
    if (consumed) counters.of(request.operation).readUnits += totalOf(consumed);
    await pause(arrivedAt + fate.latencyMs - clock.now());
    if (fate.strike === 'errorAfter') {
      counters.of(request.operation).errorsAfter += 1;
      return serverError();
    }
    return { status, body: withoutExtraReport(body, request.body.ReturnConsumedCapacity) };
  }

  function hold({ plan, steps, token }: Flight): () => void {
    const ends = token === undefined ? [] : [tokens.start(token)];
    const keys = keysOf(steps.filter(({ code }) => code === 'None'));
    if (plan.family === 'transactWrite') ends.push(items.startTransaction(keys));
    else if (kindOf(plan) === 'write') ends.push(items.startSingles(keys));
    return () => {
      for (const end of ends) end();
    };
  }

  const ask = (request: DynamoRequest) =>
    forward({ ...request, body: { ...request.body, ReturnConsumedCapacity: 'INDEXES' } });

  function count({ operation }: DynamoRequest, plan: Plan, units: number): void {
    counters.of(operation)[kindOf(plan) === 'read' ? 'readUnits' : 'writeUnits'] += units;
  }

  async function pause(ms: number): Promise<void> {
    if (ms > 0) await clock.sleep(ms);
  }

  async function later(ms: number, answer: DynamoResponse): Promise<DynamoResponse> {
    await pause(ms);
    return answer;
  }

  return {
    handle,
    counts: counters.copy,
    reset: () => {
      counters.clear();
      partitions.clear();
    },
    change: (changed) => {
      faults = { ...faults, ...changed };
    },
  };
}

function tokenOf({ body }: DynamoRequest, { family }: Plan): string | undefined {
  const token = body.ClientRequestToken;
  return family === 'transactWrite' && typeof token === 'string' ? token : undefined;
}

/** A write whose condition failed consumes units, one that was not understood does not. */
function isRefusedByCondition({ __type: type }: DynamoResponse['body']): boolean {
  return /(ConditionalCheckFailed|TransactionCanceled)Exception$/.test(String(type));
}

const sumOf = (demands: ReturnType<typeof demandsOf>): number => demands.reduce((sum, { units }) => sum + units, 0);
