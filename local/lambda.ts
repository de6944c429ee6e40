import { randomUUID } from 'node:crypto';
import { type Instance, type Outcome, startInstance } from './lambda-instance.ts';
import type { InstanceData } from './lambda-messages.ts';

/** A function of the stack: instances that are started when they are needed, each with one invocation at a time. */
export interface LambdaFunction {
  readonly name: string;
  /** Invocations that run at once; more of them wait. */
  readonly maxInstances: number;
  /** Runs the handler on an event in JSON. Never rejects: every way to end is an `Outcome`. */
  invoke(event: string): Promise<Outcome>;
  /** Starts the first instance ahead of the first request. */
  warm(): void;
  stop(): Promise<void>;
}

export interface LambdaOptions {
  readonly data: InstanceData;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** More are never started; requests wait instead. */
  readonly maxInstances: number;
  /** How long a request waits for an instance before it is throttled. */
  readonly maxWaitMs: number;
  readonly onLog: (line: string) => void;
}

interface Waiting {
  readonly event: string;
  readonly since: number;
  readonly settle: (outcome: Outcome) => void;
}

/** A function with its instances and its queue, first come first served. */
export function createFunction(options: LambdaOptions): LambdaFunction {
  const { data, timeoutMs, maxInstances, maxWaitMs, onLog } = options;
  const idle: Instance[] = [];
  const all = new Set<Instance>();
  let queue: Waiting[] = [];
  let starting = 0;
  let stopped = false;

  const start = () => {
    starting += 1;
    let isReady = false;
    const instance = startInstance({
      data,
      environment: options.environment,
      onLog,
      onReady: () => {
        isReady = true;
        starting -= 1;
        serve(instance);
      },
      onDeath: (cause) => {
        all.delete(instance);
        const place = idle.indexOf(instance);
        if (place >= 0) idle.splice(place, 1);
        onLog(`${data.functionName}: ${cause}`);
        if (!isReady) {
          starting -= 1;
          // Lambda fails the invocation whose instance does not come up; trying again for ever would hang the client.
          queue.shift()?.settle({ kind: 'failure', message: cause });
        }
        grow();
      },
    });
    all.add(instance);
  };

  /** Starts an instance if more requests wait than instances are about to take one. */
  const grow = () => {
    if (!stopped && queue.length > starting && all.size < maxInstances) start();
  };

  const serve = (instance: Instance) => {
    const next = takeWaiting();
    if (!next) {
      if (all.has(instance)) idle.push(instance);
      return;
    }
    void run(instance, next);
  };

  const run = async (instance: Instance, { event, settle }: Waiting) => {
    const outcome = await instance.invoke({ requestId: randomUUID(), event, deadline: Date.now() + timeoutMs });
    settle(outcome);
    // An instance that died has told its cause already.
    if (!all.has(instance)) return;
    if (outcome.kind === 'failure' && !stopped) onLog(`${data.functionName}: ${outcome.message}`);
    serve(instance);
  };

  const takeWaiting = (): Waiting | undefined => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      if (performance.now() - next.since <= maxWaitMs) return next;
      next.settle({ kind: 'throttled' });
    }
    return undefined;
  };

  return {
    name: data.functionName,
    maxInstances,
    invoke: (event) =>
      new Promise((settle) => {
        const request = { event, settle, since: performance.now() };
        const instance = idle.pop();
        if (instance) {
          void run(instance, request);
          return;
        }
        queue.push(request);
        grow();
      }),
    warm: () => {
      if (all.size === 0) start();
    },
    stop: async () => {
      stopped = true;
      for (const waiting of queue) waiting.settle({ kind: 'throttled' });
      queue = [];
      await Promise.all([...all].map((instance) => instance.stop()));
    },
  };
}
