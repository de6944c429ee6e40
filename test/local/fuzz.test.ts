import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCoverage } from '../support/fuzz/coverage.ts';
import type { OpenApiDocument } from '../support/fuzz/judge.ts';
import { type ContractOperation, operationList } from '../support/fuzz/operation-list.ts';
import { replays } from '../support/fuzz/replays.ts';
import { fire, type Range } from '../support/fuzz/shot.ts';
import { kinds } from '../support/fuzz/shots.ts';
import { openFuzzWorld } from '../support/fuzz/world.ts';
import { type TestStack, withStack } from '../support/stack.ts';

/**
 * Requests of each kind that every operation is sent, times the weight of the kind. By hand:
 * `FUZZ_RUNS=100 npx vitest run test/local/fuzz.test.ts`, with a seed of its own each time, or with `FUZZ_SEED`.
 */
const byHand = process.env.FUZZ_RUNS;
const runs = Number(byHand ?? 1);
const seed = Number(process.env.FUZZ_SEED ?? (byHand ? Date.now() % 2 ** 31 : 20_300_621));
/** By hand, a fault is made smaller by asking again and again, which has to end some time. */
const shrinking = { endOnFailure: !byHand, interruptAfterTimeLimit: runs * 20_000, markInterruptAsFailure: false };

let api: TestStack;
let range: Range;
beforeAll(async () => {
  api = await withStack();
  const document = (await (await fetch(`${api.stack.outputs.apiUrl}/openapi.json`)).json()) as OpenApiDocument;
  range = { world: await openFuzzWorld(api), document, coverage: createCoverage() };
});
afterAll(async () => {
  if (byHand) process.stdout.write(`FUZZ_SEED=${seed} FUZZ_RUNS=${runs}: ${range?.coverage.answers} answers judged\n`);
  range?.world.hands.stop();
  await api?.stop();
});

const each = operationList.map((operation) => [operation.operationId, operation] as const);

/** Fires shots of every kind that fits, the same ones for the same seed, and tells of all that went wrong. */
async function bombard(operation: ContractOperation): Promise<void> {
  const faults: string[] = [];
  for (const [index, { name, weight, of }] of kinds.entries()) {
    const numRuns = Math.max(1, Math.round(weight * runs));
    for (const shots of [of(operation, range.world) ?? []].flat()) {
      const property = fc.asyncProperty(shots, async (shot) => void (await fire(range, operation, shot)));
      const ownSeed = seed + 100 * operationList.indexOf(operation) + index;
      const { failed, errorInstance } = await fc.check(property, { seed: ownSeed, numRuns, ...shrinking });
      if (failed) faults.push(`${name}: ${errorInstance instanceof Error ? errorInstance.message : errorInstance}`);
    }
  }
  if (faults.length > 0) throw new Error([`FUZZ_SEED=${seed}`, ...faults].join('\n\n'));
}

describe('whatever it is asked, it keeps to the contract:', () => {
  test.each(each)('%s', { timeout: 60_000 * Math.max(runs, 1) }, (_, operation) => bombard(operation));
});

describe('the same Idempotency-Key', () => {
  test.each(each.filter(([, { idempotent }]) => idempotent))(
    'gives the same answer of %s again, and takes no other request',
    (_, operation) => replays(range, operation),
  );
});

describe('the fuzz', () => {
  test('has seen every operation succeed, and refuse in every way that it can', () => {
    expect(range.coverage.missing()).toEqual([]);
  });

  test('has left no failure in the log', () => {
    expect(api.logged.filter((line) => /request failed|"level":"ERROR"|errored|crash/i.test(line))).toEqual([]);
  });
});
