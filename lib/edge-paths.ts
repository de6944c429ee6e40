import type { Operation } from './functions.ts';

/** What CloudFront does with a path. */
export interface EdgePath {
  /** With `*`, which reaches over slashes. */
  readonly pattern: string;
  /** By the Cache-Control of the answer. Nothing that says who asks is sent on, so the answer is the same for all. */
  readonly isCached: boolean;
}

type Line = Pick<Operation, 'method' | 'path' | 'auth'> & { readonly cache?: unknown };

/**
 * The paths that are cached, preceded by those below them that are not. The first that fits counts; what fits none is
 * not cached.
 *
 * @throws {RangeError} where an operation is cached that is not for everybody, or another has its very path.
 */
export function edgePaths(operations: readonly Line[]): EdgePath[] {
  const cached = new Set(operations.filter(({ cache }) => cache).map(patternOf));
  for (const operation of operations) {
    const { auth, cache, method, path } = operation;
    if (cache && auth !== 'public') throw new RangeError(`${method} ${path} is cached, and not for everybody`);
    if (!cache && cached.has(patternOf(operation))) throw new RangeError(`${method} ${path} is cached for others`);
  }
  const below = operations.filter(({ cache }) => !cache).map(patternOf);
  const exceptions = new Set(below.filter((pattern) => [...cached].some((other) => covers(other, pattern))));
  return [
    ...[...exceptions].sort(longestFirst).map((pattern) => ({ pattern, isCached: false })),
    ...[...cached].sort(longestFirst).map((pattern) => ({ pattern, isCached: true })),
  ];
}

/** Whether a pattern of CloudFront fits a path, or all that another pattern fits. */
export function covers(pattern: string, path: string): boolean {
  const expression = pattern.split('*').map((part) => part.replaceAll(/[.$^+?()[\]{}|\\]/g, '\\$&'));
  return new RegExp(`^${expression.join('.*')}$`).test(path);
}

function patternOf({ path }: Line): string {
  return path.replaceAll(/\{[^}]+\}/g, '*');
}

function longestFirst(one: string, other: string): number {
  return other.length - one.length || (one < other ? -1 : 1);
}
