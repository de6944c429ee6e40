import { readFileSync, writeFileSync } from 'node:fs';

/** Bounds of functions/domain/limits.ts by which a booking waits or remembers. */
const times = [
  'retryBaseMs',
  'retryCapMs',
  'contentionCapMs',
  'soldOutMemoryMs',
  'eventMemoryMs',
  'busyRetryAfterSeconds',
] as const;

/**
 * Makes a bundled function live more slowly: its waits and memories take `factor` times as long. Together with a
 * conflict window that is as much longer and arrivals that are as much rarer it meets the same sale in slow motion, on a
 * machine that is too small for the real one.
 *
 * @throws {Error} where the bundle does not have each bound once
 */
export function slowDown(file: string, factor: number): void {
  const code = readFileSync(file, 'utf8');
  if (factor !== 1) writeFileSync(file, slowedDown(code, factor));
}

export function slowedDown(code: string, factor: number): string {
  return times.reduce((text, name) => {
    const bound = new RegExp(`\\b${name}:([\\de]+)`, 'g');
    const found = [...text.matchAll(bound)];
    if (found.length !== 1) throw new Error(`the bundle has ${found.length} times the bound ${name}`);
    return text.replace(bound, (_, value: string) => `${name}:${Number(value) * factor}`);
  }, code);
}
