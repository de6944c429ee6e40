import { setTimeout as wait } from 'node:timers/promises';
import { familyOf, listProcesses, type Process, partOf } from '../support/processes.ts';

/** Megabytes that the processes of a stack have in memory, by what they are. */
export interface MemorySample {
  /** Seconds since the first sample. */
  readonly at: number;
  readonly megabytes: Readonly<Record<string, number>>;
}

const everyMs = 1_000;

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

function sizesOf(root: number, processes: readonly Process[]): Record<string, number> {
  const sizes: Record<string, number> = {};
  for (const { pid, megabytes, command } of familyOf(root, processes)) {
    const part = pid === root ? 'gateway and functions' : partOf(command);
    if (part) sizes[part] = (sizes[part] ?? 0) + megabytes;
  }
  return sizes;
}
