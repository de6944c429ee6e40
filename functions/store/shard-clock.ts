import { dayOf } from '../domain/statistics.ts';
import type { Item } from './transact.ts';

/**
 * The clock of the writes that move seats. A shard counts by days, and never goes back to an earlier one; clocks of two
 * instances differ. So an instance whose clock is behind at midnight goes on with the first moment of the new day.
 */
let floorMs = 0;

/** Milliseconds since 1970. */
export const clockMs = (): number => Math.max(Date.now(), floorMs);

/**
 * Whether a transaction was refused because a shard has counted on a later day than `now`. If so the clock has caught
 * up: take the time anew and send the transaction again.
 */
export function catchUp(refused: ReadonlyMap<string, Item | undefined>, now: string): boolean {
  const later = [...refused.values()].map((item) => item?.day).filter((day) => typeof day === 'string');
  const [latest] = later.filter((day) => day > dayOf(now)).sort((a, b) => (a < b ? 1 : -1));
  if (latest === undefined) return false;
  floorMs = Date.parse(`${latest}T00:00:00.000Z`);
  return true;
}
