import { execFileSync } from 'node:child_process';
import { explore, type Outcome } from '../explore.ts';
import { historyText } from '../history/history.ts';
import { mutations } from '../mutations.ts';
import { addCounts, type Totals } from '../totals.ts';
import { type Code, compile } from '../world/code.ts';
import type { Database } from '../world/database.ts';

/** What a process of its own does: one seed, or one mutant. */
export type Task =
  | { readonly kind: 'seed'; readonly seed: number; readonly shrink: number; readonly trace: boolean }
  | { readonly kind: 'mutant'; readonly breaks: string; readonly seeds: number };

export type Result =
  | { readonly kind: 'seed'; readonly failed: boolean; readonly text: string; readonly totals: Totals }
  | { readonly kind: 'mutant'; readonly breaks: string; readonly seed: number | undefined; readonly message: string };

let product: Promise<Code> | undefined;

export async function carryOut(task: Task, database: Database): Promise<Result> {
  if (task.kind === 'mutant') return hunt(task, database);
  product ??= compile();
  const outcome = await explore(await product, database, task.seed, { maxHistories: 1 + task.shrink });
  const totals: Totals = {};
  addCounts(totals, outcome.aftermath);
  const failed = outcome.findings.length > 0;
  const lines = [
    ...(task.trace ? [historyText(outcome.history), ...outcome.aftermath.trace] : []),
    ...(failed ? report(task, outcome) : []),
  ];
  return { kind: 'seed', failed, text: lines.join('\n'), totals };
}

function report({ seed, shrink }: Task & { kind: 'seed' }, { history, findings, histories }: Outcome): string[] {
  return [
    `\nSeed ${seed} fails at commit ${commit()}. The shortest of ${histories} histories:`,
    historyText(history),
    ...findings.slice(0, 8).map(({ rule, message }) => `  ${rule}: ${message}`),
    `Again: npm run chaos -- --seed ${seed} --shrink ${shrink} --trace\n`,
  ];
}

function commit(): string {
  const git = (...args: string[]) =>
    execFileSync('git', args, {
      encoding: 'utf8',
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  const changed = git('status', '--porcelain', '--', ':/functions', ':/lib', ':/test') !== '';
  return `${git('rev-parse', 'HEAD')}${changed ? ', with changes that are not committed' : ''}`;
}

/** Looks for a seed whose history shows the fault, by the very rule that is there for it. */
async function hunt({ breaks, seeds }: Task & { kind: 'mutant' }, database: Database): Promise<Result> {
  const mutation = mutations.find((one) => one.breaks === breaks);
  if (!mutation) throw new Error(`there is no mutant ${breaks}`);
  const code = await compile([mutation]);
  let others = '';
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { findings } = await explore(code, database, seed);
    const found = findings.find(({ rule }) => mutation.by.includes(rule));
    if (found) return { kind: 'mutant', breaks, seed, message: `${found.rule}: ${found.message}` };
    others ||= findings[0]?.rule ?? '';
  }
  return { kind: 'mutant', breaks, seed: undefined, message: others && `only by ${others}` };
}
