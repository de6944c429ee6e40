import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { createServer } from 'node:net';

/** Runs `"$@"` in place of the shell, and ends it when the standard input closes: with the process that started it. */
const untilStdinCloses = 'exec 3<&0; (cat <&3 >/dev/null; kill $$ 2>/dev/null) & exec "$@" 3<&- </dev/null';

export interface Child {
  readonly process: ChildProcess;
  /** Ends the child and waits until it is gone. */
  stop(): Promise<void>;
}

export interface ChildOptions {
  readonly program: string;
  readonly args: readonly string[];
  /** In addition to that of this process. */
  readonly environment: Readonly<Record<string, string>>;
  /** Takes what the program prints. */
  readonly logFile: string;
}

/**
 * Starts a program that cannot outlive this process, not even when this process is killed. It has its own process
 * group, so that Ctrl-C reaches the stack alone, which then stops its parts in order.
 */
export function startChild({ program, args, environment, logFile }: ChildOptions): Child {
  const log = openSync(logFile, 'a');
  const options: SpawnOptions = { stdio: ['pipe', log, log], env: { ...process.env, ...environment } };
  const child =
    process.platform === 'win32'
      ? spawn(program, args, options)
      : spawn('sh', ['-c', untilStdinCloses, 'sh', program, ...args], { ...options, detached: true });
  closeSync(log);
  return { process: child, stop: () => stopChild(child, () => child.stdin?.end()) };
}

/** Asks a child to end, and kills it where it does not in time. */
export async function stopChild(child: ChildProcess, ask: () => void, patienceMs = 2_000): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = once(child, 'exit');
  ask();
  const impatience = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  await gone;
  clearTimeout(impatience);
}

/** A port that was free a moment ago, for programs that do not tell which one they were given. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('a TCP server has no port');
  return address.port;
}
