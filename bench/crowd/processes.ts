import { execFile } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';

/** Megabytes that the processes of a stack have in memory, by what they are. */
export interface MemorySample {
  /** Seconds since the first sample. */
  readonly at: number;
  readonly megabytes: Readonly<Record<string, number>>;
}

const run = promisify(execFile);
const everyMs = 1_000;

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly megabytes: number;
  readonly command: string;
}

/** Looks at the memory of a process and all below it, once a second. */
export function watchMemory(pid: number) {
  const samples: MemorySample[] = [];
  const stopping = new AbortController();
  const startedAt = performance.now();
  const work = (async () => {
    while (!stopping.signal.aborted) {
      samples.push({ at: (performance.now() - startedAt) / 1_000, megabytes: sizesOf(pid, await listProcesses()) });
      await wait(everyMs, undefined, { signal: stopping.signal }).catch(ignoreAbort);
    }
  })();
  return {
    stop: async (): Promise<readonly MemorySample[]> => {
      stopping.abort();
      await work;
      return samples;
    },
  };
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error && error.name === 'AbortError')) throw error;
}

async function listProcesses(): Promise<Process[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,rss=,args='], { maxBuffer: 64 * 1024 * 1024 });
  return stdout.split('\n').flatMap((line) => {
    const [, pid, parent, kilobytes, command = ''] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined
      ? []
      : [{ pid: Number(pid), parent: Number(parent), megabytes: Number(kilobytes) / 1_024, command }];
  });
}

function sizesOf(root: number, processes: readonly Process[]): Record<string, number> {
  const family = new Set([root]);
  // A child may stand before its parent.
  for (let size = 0; size !== family.size; ) {
    size = family.size;
    for (const { pid, parent } of processes) if (family.has(parent)) family.add(pid);
  }
  const sizes: Record<string, number> = {};
  for (const { pid, megabytes, command } of processes) {
    if (!family.has(pid)) continue;
    const name = pid === root ? 'gateway and functions' : nameOf(command);
    if (name) sizes[name] = (sizes[name] ?? 0) + megabytes;
  }
  return sizes;
}

/** @returns undefined for the helpers that only wait for another process to end */
function nameOf(command: string): string | undefined {
  if (command.includes('workers-process')) return 'workers and queues';
  if (command.includes('cognito-process')) return 'user pool';
  if (/\bdynoxide\b/.test(command) && !command.startsWith('sh ')) return 'database';
  return undefined;
}
