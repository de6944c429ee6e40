import type { Scheduler } from './scheduler.ts';

export type Trace = (line: string) => void;

/** Writes down what happens, with the virtual time since the start: the same history gives the same text. */
export function createTrace(scheduler: Pick<Scheduler, 'now'>): { readonly trace: Trace; readonly lines: string[] } {
  const startedAt = scheduler.now();
  const lines: string[] = [];
  const trace = (line: string) => {
    lines.push(`${((scheduler.now() - startedAt) / 1_000).toFixed(4)} ${line}`);
  };
  return { trace, lines };
}
