import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

// An empty data directory, so that a stack which happens to be running is not found.
let dataDir: string;
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'evently-none-'));
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

interface Ended {
  code: number | string | null | undefined;
  stdout: string;
  stderr: string;
}

function run(script: string, ...args: string[]): Promise<Ended> {
  const env = { ...process.env, EVENTLY_DATA: dataDir };
  return new Promise((resolve) => {
    execFile(process.execPath, [join('bench', script), ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }),
    );
  });
}

describe('npm run rush', () => {
  test('starts a stack to throw away, sells every seat once, and says so', { timeout: 120_000 }, async () => {
    const { code, stdout, stderr } = await run('rush.ts', '--clients=20', '--requests=120', '--capacity=50');
    expect(stdout, stderr).toContain('Check passed: sold = capacity (50), oversold 0, lost 0.');
    expect(stdout).toMatch(/confirmed\W+50\W/);
    expect(stdout).toMatch(/sold out\W+70\W/);
    expect(code).toBe(0);
  });

  test('ends with 2 and one sentence for a number that is none', { timeout: 30_000 }, async () => {
    const { code, stdout, stderr } = await run('rush.ts', '--clients', 'many');
    expect({ code, stdout, lines: stderr.trim().split('\n') }).toEqual({
      code: 2,
      stdout: '',
      lines: ['--clients is "many", but has to be a whole number from 1 to 10000.'],
    });
  });
});

describe('npm run verify', () => {
  test('ends with 2 and one sentence where no stack is running', { timeout: 30_000 }, async () => {
    const { code, stderr } = await run('verify.ts');
    expect(stderr.trim()).toBe('No local stack is running: start one with "npm start", or name a --table.');
    expect(code).toBe(2);
  });
});
