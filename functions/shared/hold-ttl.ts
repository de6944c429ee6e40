import { limits } from '../domain/limits.ts';
import { env } from './env.ts';

/**
 * How long a hold keeps its seats in this stage.
 *
 * @returns seconds
 * @throws {RangeError} where the function was deployed with a time that no hold may have
 */
export function holdTtlSeconds(): number {
  const seconds = Number(env('HOLD_TTL_SECONDS'));
  if (seconds >= limits.holdTtlMinSeconds && seconds <= limits.holdTtlMaxSeconds) return seconds;
  throw new RangeError(
    `HOLD_TTL_SECONDS is ${seconds}, not ${limits.holdTtlMinSeconds} to ${limits.holdTtlMaxSeconds}`,
  );
}
