import { type Group, groups } from './functions.ts';
import { replayWorker, type Worker, workers } from './workers.ts';

/** Every function has a name of its own, whatever calls it. */
export type FunctionName = Group | Worker | typeof replayWorker;

/** The file of each function, from the root of the project. */
export const entryPoints = Object.fromEntries([
  ...groups.map((group) => [group, `functions/entry/${group}.ts`]),
  ...[...workers, replayWorker].map((worker) => [worker, `functions/workers/${worker}.ts`]),
]) as Readonly<Record<FunctionName, string>>;
