import { execFileSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { median } from '../support/statistics.ts';

const runs = 9;
const script = `
  const startedAt = performance.now();
  await import(process.argv[1]);
  process.stdout.write(String(performance.now() - startedAt));`;

/**
 * Milliseconds that a fresh process takes to import each module; the start of Node.js is not counted. The modules take
 * turns, so that whatever else the machine does meets them alike.
 *
 * @param nodeOptions as in NODE_OPTIONS
 * @returns the median of each
 */
export function importTimes(files: readonly string[], nodeOptions: string): number[] {
  const samples = files.map(() => [] as number[]);
  for (let run = 0; run < runs; run += 1) {
    files.forEach((file, index) => {
      const args = ['--input-type=module', '--eval', script, pathToFileURL(file).href];
      const env = { PATH: process.env.PATH, NODE_OPTIONS: nodeOptions, AWS_REGION: 'us-east-1' };
      samples[index]?.push(Number(execFileSync(process.execPath, args, { env, encoding: 'utf8' })));
    });
  }
  return samples.map(median);
}
