import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { stopChild } from './child.ts';
import type { Endpoints } from './functions.ts';
import type { World } from './resource-types.ts';
import { StackError } from './stack-error.ts';
import type { Assembly } from './synthesize.ts';

/** What the process of the workers has to run. All of it can be sent to another process. */
export interface WorkersPlan {
  readonly assembly: Assembly;
  readonly world: Omit<World, 'id'>;
  /** For the functions. */
  readonly endpoints: Endpoints;
  /** The database itself, past the permissions of functions; its file where it is the embedded one. */
  readonly dynamodb: { readonly endpoint: string; readonly file?: string };
  readonly directory: string;
  /** Instances of each function. */
  readonly maxInstances: number;
}

/** What that process is told: first its plan, at last to end what is in work and stop. */
export type WorkersOrder = WorkersPlan | { readonly isUnderPressure: boolean } | 'stop';

/** Where the services of that process answer. */
interface Services {
  readonly sqs: string;
  readonly inbox: string;
  /** The APIs of streams and buses. */
  readonly feed: string;
}

/** What it tells. */
export type WorkersMessage =
  | ({ readonly kind: 'services' } & Services)
  | { readonly kind: 'running' }
  /** `isExpected`: a `StackError`, which says all there is to know. */
  | { readonly kind: 'fault'; readonly text: string; readonly isExpected: boolean }
  | { readonly kind: 'log'; readonly line: string };

/** The queues, the inbox and everything that follows from a commit, in a process of its own. */
export interface WorkersProcess {
  /** As soon as they answer. */
  readonly services: Promise<Services>;
  /** Starts the pipes, the mappings and the functions of the workers. @throws {StackError} */
  run(plan: WorkersPlan): Promise<void>;
  /** While requests are under pressure, the workers leave most of the machine to them. */
  underPressure(isUnderPressure: boolean): void;
  stop(): Promise<void>;
}

/** For the batches that are worked on, and for those to be returned to their queues. */
const patienceMs = 10_000;

/**
 * Starts the process of the workers, which ends when this one does. On AWS they have machines of their own and take
 * nothing away from the requests; so here they get what the requests leave of the processors.
 */
export function startWorkers(directory: string, region: string, onLog: (line: string) => void): WorkersProcess {
  const log = openSync(join(directory, 'workers.log'), 'a');
  const child = fork(join(import.meta.dirname, 'workers-process.ts'), [directory, region], {
    execArgv: [],
    stdio: ['ignore', log, log, 'ipc'],
    serialization: 'advanced',
    detached: true,
  });
  closeSync(log);
  child.on('message', (message: WorkersMessage) => {
    if (message.kind === 'log') onLog(message.line);
  });
  const send = (order: WorkersOrder) => {
    // A process that has ended meanwhile needs no orders; whoever waits for its answer is told by its exit.
    if (child.connected) child.send(order, () => undefined);
  };
  const services = answerOf(child, 'services');
  // Whoever waits for them is told; nobody may, where the start has failed already.
  services.catch(() => undefined);
  return {
    services,
    run: async (plan) => {
      const running = answerOf(child, 'running');
      send(plan);
      await running;
    },
    underPressure: (isUnderPressure) => send({ isUnderPressure }),
    stop: () => stopChild(child, () => send('stop'), patienceMs),
  };
}

/** @throws {StackError} where the process reports a fault or ends first. */
function answerOf<Kind extends WorkersMessage['kind']>(
  child: ChildProcess,
  kind: Kind,
): Promise<Extract<WorkersMessage, { kind: Kind }>> {
  const { promise, resolve, reject } = Promise.withResolvers<Extract<WorkersMessage, { kind: Kind }>>();
  const onMessage = (message: WorkersMessage) => {
    if (message.kind === kind) resolve(message as Extract<WorkersMessage, { kind: Kind }>);
    else if (message.kind === 'fault')
      reject(message.isExpected ? new StackError(message.text) : new Error(message.text));
  };
  const onExit = () => reject(new StackError('The workers do not start; workers.log in the data directory says why.'));
  child.on('message', onMessage).once('exit', onExit);
  return promise.finally(() => child.off('message', onMessage).off('exit', onExit));
}
