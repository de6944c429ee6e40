import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { type Stack, type StackOptions, startStack } from '../../local/stack.ts';
import { synthesizeOnce } from './assembly-dir.ts';
import { type ApiClient, createClient } from './client.ts';

/** A stack of its own for a test file, with a client for it. */
export interface TestStack extends ApiClient {
  readonly stack: Stack;
  /** What the functions warned of and how they failed. */
  readonly logged: readonly string[];
  readonly dataDir: string;
  /** Stops the stack and deletes its data. */
  stop(): Promise<void>;
}

/**
 * Starts the synthesized stack on a free port, with data of its own. The app is synthesized once in a test run.
 *
 *     let api: TestStack;
 *     beforeAll(async () => { api = await withStack(); });
 *     afterAll(() => api?.stop());
 */
export async function withStack(options: Partial<StackOptions> = {}): Promise<TestStack> {
  // Settings of its own make a template of its own.
  const shared = options.context ? {} : { assemblyDir: await synthesizeOnce(inject('runDir')) };
  const dataDir = await mkdtemp(join(tmpdir(), 'evently-'));
  const logged: string[] = [];
  const stack = await startStack({ port: 0, dataDir, log: (line) => logged.push(line), ...shared, ...options });
  return {
    ...createClient(stack.outputs),
    stack,
    logged,
    dataDir,
    stop: async () => {
      await stack.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
