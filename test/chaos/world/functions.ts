import type { Random } from '../../support/faulty-dynamodb/types.ts';
import type { Code, Part } from './code.ts';
import { pickFrom, randomFor } from './randomness.ts';
import { createRealm } from './realm.ts';
import type { Scheduler } from './scheduler.ts';
import type { Trace } from './trace.ts';

/** What became of one run. `killed`: nobody knows how far it came. */
export type Run =
  | { readonly kind: 'answer'; readonly value: unknown }
  | { readonly kind: 'killed' | 'failed'; readonly why: string };

export interface FunctionsSettings {
  readonly code: Code;
  readonly scheduler: Scheduler;
  readonly seed: number;
  readonly env: Readonly<Record<string, string>>;
  readonly trace: Trace;
  /** Answers as a `requestHandler` of the SDK does. @param origin the instance */
  readonly send: (request: unknown, origin: Origin) => Promise<unknown>;
}

/** Which run of which instance asks the database. */
export interface Origin {
  readonly name: string;
  /** Since when the run lasts. */
  readonly startedAt: number;
}

interface Instance {
  readonly name: string;
  readonly handler: (event: unknown, context: unknown) => Promise<unknown>;
  /** The run at hand; nothing of an earlier one goes on. */
  run: { startedAt: number; stepsLeft: number; kill: (why: string) => void } | undefined;
}

export interface Functions {
  /** Runs a function in an instance of its own for so long, one run at a time, as Lambda does. */
  invoke(part: Part, timeoutMs: number, event: unknown): Promise<Run>;
  /** The share of runs that end somewhere in the middle, from here on. */
  killShare: number;
}

/** The awaits of a run among which the one is chosen at which it is killed: mostly an early one, as most runs are short. */
const stepsToKillWithin = 100;

/** As functions/store/client.ts: after that the SDK waits for no answer, though the database may carry on. */
const requestTimeoutMs = 5_000;

export function createFunctions({ code, scheduler, seed, env, trace, send }: FunctionsSettings): Functions {
  const idle = new Map<Part, Instance[]>();
  const random = randomFor(seed, 'functions');
  let instances = 0;
  let runs = 0;

  function start(part: Part): Instance {
    instances += 1;
    const name = `${part}-${instances}`;
    const never = new Promise<never>(() => undefined);
    /** Counts an await of the run; at the last one the instance is gone. */
    const isAlive = () => {
      if (!instance.run) return false;
      instance.run.stepsLeft -= 1;
      if (instance.run.stepsLeft > 0) return true;
      instance.run.kill('killed');
      return false;
    };
    const realm = createRealm({
      env: { ...env, POWERTOOLS_SERVICE_NAME: part },
      random: randomFor(seed, name),
      now: scheduler.now,
      after: (ms, act) =>
        scheduler.after(ms, () => {
          if (isAlive()) act();
        }),
      sendToDatabase: async (request) => {
        if (!isAlive()) return never;
        const origin = { name, startedAt: instance.run?.startedAt ?? scheduler.now() };
        try {
          const answer = await inTime(send(request, origin));
          return isAlive() ? answer : never;
        } catch (error) {
          if (isAlive()) throw error;
          return never;
        }
      },
    });
    const instance: Instance = { name, handler: code(part, realm).handler as Instance['handler'], run: undefined };
    return instance;
  }

  function inTime<Answer>(answer: Promise<Answer>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const error = Object.assign(new Error('the database does not answer'), { name: 'TimeoutError' });
      const forget = scheduler.after(requestTimeoutMs, () => reject(error));
      answer.then(resolve, reject).finally(forget);
    });
  }

  function take(part: Part): Instance {
    const others = idle.get(part) ?? [];
    const instance = pickFrom(others, random) ?? start(part);
    idle.set(
      part,
      others.filter((other) => other !== instance),
    );
    return instance;
  }

  const functions: Functions = {
    killShare: 0,
    invoke: (part, timeoutMs, event) =>
      new Promise<Run>((resolve) => {
        const instance = take(part);
        runs += 1;
        const awsRequestId = `run-${runs}`;
        const deadline = scheduler.now() + timeoutMs;
        const end = (outcome: Run) => {
          if (instance.run !== run) return;
          instance.run = undefined;
          forgetTimeout();
          if (outcome.kind !== 'killed') idle.set(part, [...(idle.get(part) ?? []), instance]);
          else trace(`${instance.name} ${outcome.why}`);
          resolve(outcome);
        };
        const kill = (why: string) => end({ kind: 'killed', why });
        const forgetTimeout = scheduler.after(timeoutMs, () => kill('timed out'));
        const run = { startedAt: scheduler.now(), stepsLeft: stepsToLive(random, functions.killShare), kill };
        instance.run = run;
        const context = { awsRequestId, getRemainingTimeInMillis: () => deadline - scheduler.now() };
        instance.handler(event, context).then(
          (value) => end({ kind: 'answer', value }),
          (error: unknown) => end({ kind: 'failed', why: String(error) }),
        );
      }),
  };
  return functions;
}

function stepsToLive(random: Random, killShare: number): number {
  const [luck, place] = [random(), random()];
  return luck < killShare ? 1 + Math.floor(place ** 4 * stepsToKillWithin) : Number.POSITIVE_INFINITY;
}
