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

/** A transaction that meets others waits half of the time that one usually takes, so that they pass each other. */
const shareOfUsual = 1 / 2;
/** How quickly the usual time follows one that grows; it falls at once, for a slow one says little. */
const growth = 1 / 8;
/** What a success leaves of the pause: two make up for one refusal. */
const relief = Math.SQRT1_2;

/**
 * How long one instance waits after a conflict or a throttle, learned over requests: doubled by each refusal, and only
 * slowly forgotten, so that many instances who want the same few items settle for what these can carry. A pause that
 * began anew with each request would let all of them spend the units of the table on conflicts.
 */
export class Pace {
  private usualMs: number | undefined;
  private pauseMs = 0;

  /** @param tookMs of the transaction that was committed */
  succeeded(tookMs: number): void {
    const usualMs = this.usualMs ?? tookMs;
    this.usualMs = Math.min(tookMs, usualMs + (tookMs - usualMs) * growth);
    this.pauseMs *= relief;
  }

  /**
   * @param random in [0, 1)
   * @returns milliseconds to wait, with full jitter
   */
  refused(random: number): number {
    const leastMs = this.usualMs === undefined ? limits.retryBaseMs : this.usualMs * shareOfUsual;
    const pauseMs = Math.max(this.pauseMs, leastMs);
    this.pauseMs = Math.min(2 * pauseMs, limits.contentionCapMs);
    return random * pauseMs;
  }
}
