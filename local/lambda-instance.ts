import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { InstanceData, InstanceMessage, InvokeMessage } from './lambda-messages.ts';

/** How an invocation ended. `failure` carries what the function threw, for the log and never for a client. */
export type Outcome =
  | { readonly kind: 'answer'; readonly payload: string }
  | { readonly kind: 'failure'; readonly message: string }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'throttled' };

export interface Instance {
  /** One invocation at a time: only after `onIdle`, and again after the one before has settled. */
  invoke(message: InvokeMessage): Promise<Outcome>;
  stop(): Promise<void>;
}

export interface InstanceOptions {
  readonly data: InstanceData;
  readonly environment: Readonly<Record<string, string>>;
  /** Called when the bundle is loaded. */
  readonly onReady: () => void;
  /** Called once, when the instance can take no more invocations, with what it died of. */
  readonly onDeath: (cause: string) => void;
  readonly onLog: (line: string) => void;
}

/** Starts a worker thread that loads a bundle and runs its handler. */
export function startInstance({ data, environment, onReady, onDeath, onLog }: InstanceOptions): Instance {
  const worker = new Worker(join(import.meta.dirname, 'lambda-worker.ts'), {
    workerData: data,
    env: { ...environment },
    // Beside the heap of the function, a Lambda instance has to hold its code and buffers; here only the heap is bound.
    resourceLimits: { maxOldGenerationSizeMb: data.memoryMb },
    execArgv: [],
    stdout: true,
    stderr: true,
  });
  let settle: ((outcome: Outcome) => void) | undefined;
  let cutOff: NodeJS.Timeout | undefined;
  let cause = 'the function ended its process';
  let dead = false;

  const finish = (outcome: Outcome) => {
    clearTimeout(cutOff);
    const waiting = settle;
    settle = undefined;
    waiting?.(outcome);
  };
  const die = () => {
    if (dead) return;
    dead = true;
    finish({ kind: 'failure', message: cause });
    onDeath(cause);
  };

  worker.on('message', (message: InstanceMessage) => {
    if (message.kind === 'ready') onReady();
    else if (message.kind === 'log') onLog(message.line);
    else finish(message);
  });
  worker.on('error', (error) => {
    cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
  });
  worker.on('exit', die);

  return {
    invoke: (message) =>
      new Promise((resolve) => {
        settle = resolve;
        cutOff = setTimeout(() => {
          dead = true;
          finish({ kind: 'timeout' });
          void worker.terminate();
          onDeath('the function ran into its timeout');
        }, message.deadline - Date.now());
        worker.postMessage(message);
      }),
    stop: async () => {
      dead = true;
      await worker.terminate();
      finish({ kind: 'failure', message: 'the stack was stopped' });
    },
  };
}
