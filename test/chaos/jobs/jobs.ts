import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Result, Task } from './tasks.ts';

export const defaultJobs = availableParallelism();

/**
 * Carries out tasks in several threads.
 *
 * @param nextTask gives undefined when there are no more
 * @param onResult is called as results come, in no order
 */
export async function inJobs(
  jobs: number,
  nextTask: () => Task | undefined,
  onResult: (result: Result) => void,
): Promise<void> {
  const runs = Array.from({ length: jobs }, () => run(nextTask, onResult));
  await Promise.all(runs);
}

function run(nextTask: () => Task | undefined, onResult: (result: Result) => void): Promise<void> {
  const worker = new Worker(new URL('job.ts', import.meta.url));
  return new Promise((resolve, reject) => {
    worker.on('error', reject);
    worker.on('exit', () => resolve());
    worker.on('message', (message: Result | 'ready') => {
      if (message !== 'ready') onResult(message);
      worker.postMessage(nextTask() ?? 'stop');
    });
  });
}
