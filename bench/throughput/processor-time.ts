import { readdirSync, readFileSync } from 'node:fs';
import { familyOf, listProcesses, partOf } from '../support/processes.ts';

/** Linux counts in hundredths of a second. */
const tickMs = 10;

/** Names that Node.js gives to threads, by what they do in a stack. */
const partOfThread: Readonly<Record<string, string>> = {
  MainThread: 'gateway and gates',
  WorkerThread: 'functions',
};

/**
 * Milliseconds that each part of a stack has had of the processors since it was started. Those that have ended are
 * not in it.
 *
 * @returns nothing where the system does not tell those of a thread, as Linux does
 */
export async function processorTimes(stackPid: number): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  if (process.platform !== 'linux') return times;
  for (const { pid, command } of familyOf(stackPid, await listProcesses())) {
    const ofProcess = partOf(command);
    if (pid !== stackPid && !ofProcess) continue;
    for (const { name, ms } of threadsOf(pid)) {
      const part = ofProcess ?? partOfThread[name] ?? 'other threads of Node.js';
      times.set(part, (times.get(part) ?? 0) + ms);
    }
  }
  return times;
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function threadsOf(pid: number): { name: string; ms: number }[] {
  return readdirSync(`/proc/${pid}/task`).map((thread) => {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
    const end = stat.lastIndexOf(')');
    // The state is the third field; user and system time are the 14th and the 15th.
    const fields = stat.slice(end + 2).split(' ');
    return { name: stat.slice(stat.indexOf('(') + 1, end), ms: (Number(fields[11]) + Number(fields[12])) * tickMs };
  });
}

/** What came between two readings, added to what there is. */
export function addDifference(total: Map<string, number>, before: Map<string, number>, after: Map<string, number>) {
  for (const [part, ms] of after) total.set(part, (total.get(part) ?? 0) + ms - (before.get(part) ?? 0));
}
