import { vi } from 'vitest';

/** Longer than any machine needs, however busy: a test judges what happens, and never how fast. */
const timeout = 30_000;

/** What the assertion returns once it holds. */
export const eventually = <T>(assertion: () => T | Promise<T>, interval = 50): Promise<T> =>
  vi.waitFor(assertion, { timeout, interval });

/** Resolves when this machine's clock, which is that of the stack, has passed the moment. */
export const passed = (moment: string): Promise<void> =>
  eventually(() => {
    if (Date.now() <= Date.parse(moment)) throw new Error(`it is before ${moment}`);
  }, 5);
