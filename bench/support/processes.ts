import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly megabytes: number;
  readonly command: string;
}

const run = promisify(execFile);

export async function listProcesses(): Promise<Process[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,rss=,args='], { maxBuffer: 64 * 1024 * 1024 });
  return stdout.split('\n').flatMap((line) => {
    const [, pid, parent, kilobytes, command = ''] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined
      ? []
      : [{ pid: Number(pid), parent: Number(parent), megabytes: Number(kilobytes) / 1_024, command }];
  });
}

/** A process and all below it. */
export function familyOf(root: number, processes: readonly Process[]): Process[] {
  const family = new Set([root]);
  // A child may stand before its parent.
  for (let size = 0; size !== family.size; ) {
    size = family.size;
    for (const { pid, parent } of processes) if (family.has(parent)) family.add(pid);
  }
  return processes.filter(({ pid }) => family.has(pid));
}

/** @returns undefined for the helpers that only wait for another process to end */
export function partOf(command: string): string | undefined {
  if (command.includes('workers-process')) return 'workers and queues';
  if (command.includes('cognito-process')) return 'user pool';
  if (/\bdynoxide\b/.test(command) && !command.startsWith('sh ')) return 'database';
  return undefined;
}
