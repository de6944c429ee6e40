import * as fc from 'fast-check';
import { type History, history } from './history/history.ts';
import type { Finding } from './judge/finding.ts';
import { judge } from './judge/judge.ts';
import { type Aftermath, simulate } from './simulate.ts';
import type { Code } from './world/code.ts';
import type { Database } from './world/database.ts';

/** What a seed leads to: the history itself, or the shortest one that was found to fail as well. */
export interface Outcome {
  readonly history: History;
  readonly findings: readonly Finding[];
  readonly aftermath: Aftermath;
  /** Histories that were lived through. */
  readonly histories: number;
}

/**
 * Lives through the history of a seed, and, where it fails, through shorter ones.
 *
 * @param maxHistories when to be content with the shortest so far; a number, not a time, so that it replays
 * @param onFailure told of the first history that fails, before shorter ones are looked for
 */
export async function explore(
  code: Code,
  database: Database,
  seed: number,
  { maxHistories = 1, onFailure }: { maxHistories?: number; onFailure?: (findings: readonly Finding[]) => void } = {},
): Promise<Outcome> {
  let histories = 0;
  let outcome: Outcome | undefined;
  const property = fc.asyncProperty(history, async (one) => {
    if (histories >= maxHistories) return;
    histories += 1;
    const aftermath = await simulate(code, database, one);
    const findings = judge(code, aftermath);
    if (findings.length === 0 && outcome) return;
    if (histories === 1 && findings.length > 0) onFailure?.(findings);
    outcome = { history: one, findings, aftermath, histories };
    if (findings.length > 0) throw new Error(findings[0]?.message);
  });
  const { errorInstance } = await fc.check(property, { seed, numRuns: 1, unbiased: true });
  if (!outcome) throw errorInstance ?? new Error(`seed ${seed} makes no history`);
  return { ...outcome, histories };
}
