import { setTimeout as wait } from 'node:timers/promises';

const patienceMs = 20_000;

/** Waits until `look` does not reject any more; gives up at once where nobody waits any longer. */
export async function until(signal: AbortSignal, look: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    signal.throwIfAborted();
    try {
      await look();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await wait(50);
  }
}

/** Rejects where it is not so. */
export function so(isSo: boolean, what: string): void {
  if (!isSo) throw new Error(`not so: ${what}`);
}
