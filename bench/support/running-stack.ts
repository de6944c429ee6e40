import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StackOutputs } from '../../local/outputs.ts';

/** What the local stack wrote when it started; undefined where none is running. A killed one may have left it behind. */
export function readOutputs(dataDir = process.env.EVENTLY_DATA || '.evently'): StackOutputs | undefined {
  const file = join(dataDir, 'outputs.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as StackOutputs) : undefined;
}

/** Whether an API answers there. */
export async function isLive(apiUrl: string): Promise<boolean> {
  try {
    const answer = await fetch(new URL('/health/live', apiUrl), { signal: AbortSignal.timeout(5_000) });
    return answer.ok;
  } catch (error) {
    // fetch wraps every failure to connect in a TypeError; the other one is the timeout.
    if (error instanceof TypeError || (error instanceof DOMException && error.name === 'TimeoutError')) return false;
    throw error;
  }
}
