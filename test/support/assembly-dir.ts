import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { TestProject } from 'vitest/node';
import { codeOf } from '../../local/stack-error.ts';
import { synthesize } from '../../local/synthesize.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Directory that lives as long as the test run. */
    readonly runDir: string;
  }
}

/** Global setup of vitest: gives the run a directory, and deletes it afterwards. */
export default async function setup(project: TestProject) {
  const runDir = await mkdtemp(join(tmpdir(), 'evently-run-'));
  project.provide('runDir', runDir);
  return () => rm(runDir, { recursive: true, force: true });
}

/**
 * Synthesizes the CDK app once for all test files of a run, when the first of them needs it.
 *
 * @returns the directory of the assembly.
 */
export async function synthesizeOnce(runDir: string): Promise<string> {
  const assemblyDir = join(runDir, 'cdk.out');
  const [claim, done, failed] = ['claim', 'done', 'failed'].map((name) => join(runDir, name)) as [
    string,
    string,
    string,
  ];
  if (await isFirst(claim)) {
    try {
      await synthesize(assemblyDir);
    } catch (error) {
      await writeFile(failed, '');
      throw error;
    }
    await writeFile(done, '');
  }
  while (!(await exists(done))) {
    if (await exists(failed))
      throw new Error('The CDK app does not synthesize; the first test that needs it says why.');
    await wait(50);
  }
  return assemblyDir;
}

/** Making a directory succeeds for one process alone. */
async function isFirst(claim: string): Promise<boolean> {
  try {
    await mkdir(claim);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}
