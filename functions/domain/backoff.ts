import { limits } from './limits.ts';

/**
 * How long to wait before the next attempt: full jitter, doubling from base to cap.
 * https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
 *
 * @param attempt 0 for the first wait
 * @param random in [0, 1)
 * @returns milliseconds
 */
export function backoffMs(attempt: number, random: number): number {
  return random * Math.min(limits.retryCapMs, limits.retryBaseMs * 2 ** Math.min(attempt, 16));
}
