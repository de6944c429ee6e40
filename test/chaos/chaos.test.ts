import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explore } from './explore.ts';
import { historyText } from './history/history.ts';
import { carryOut } from './jobs/tasks.ts';
import { mutations } from './mutations.ts';
import { type Code, compile } from './world/code.ts';
import { type Database, startDatabase } from './world/database.ts';

let code: Code;
let database: Database;

beforeAll(async () => {
  [code, database] = await Promise.all([compile(), startDatabase()]);
});
afterAll(() => database.stop());

describe('a history', { timeout: 240_000 }, () => {
  it('is lived through to the letter when its seed comes again, under every fault', async () => {
    const [first, again] = [await explore(code, database, 18), await explore(code, database, 18)];
    expect(first.history.weather).toBe('storm');
    expect(first.aftermath.trace.length).toBeGreaterThan(100);
    expect(again.aftermath.trace.join('\n')).toBe(first.aftermath.trace.join('\n'));
    expect(again.aftermath.commits.all).toEqual(first.aftermath.commits.all);
    expect(again.findings).toEqual(first.findings);
  });

  it('differs from that of another seed', async () => {
    const [one, other] = [await explore(code, database, 18), await explore(code, database, 13)];
    expect(other.aftermath.trace.join('\n')).not.toBe(one.aftermath.trace.join('\n'));
  });

  it('that fails is told by a shorter one, the same one each time', async () => {
    const broken = await compile(
      mutations.filter(({ breaks }) => breaks === 'shard: available + held + sold = capacity'),
    );
    const fails = async (seed: number) => ({ seed, ...(await explore(broken, database, seed, { maxHistories: 8 })) });
    let first = await fails(1);
    while (first.findings.length === 0) first = await fails(first.seed + 1);
    const whole = await explore(code, database, first.seed);
    expect(whole.findings).toEqual([]);
    expect(first.history.steps.length).toBeLessThan(whole.history.steps.length);
    expect(first.findings.map(({ rule }) => rule)).toContain('shard');
    expect(historyText((await fails(first.seed)).history)).toBe(historyText(first.history));
  });
});

/** Each is found by an early seed; `npm run chaos:mutants` has them all. */
const early = [
  'shard: available + held + sold = capacity',
  'a person who is being deleted makes no booking',
  'audit trail: it makes the inventory',
  'one booking for a user and Idempotency-Key',
];

describe('a fault of the product', { timeout: 120_000 }, () => {
  it.each(early)('is found where it breaks "%s"', async (breaks) => {
    const result = await carryOut({ kind: 'mutant', breaks, seeds: 25 }, database);
    expect(result).toMatchObject({ kind: 'mutant', seed: expect.any(Number) });
  });
});
