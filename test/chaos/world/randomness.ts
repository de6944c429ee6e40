import { createHash } from 'node:crypto';
import { seededRandom } from '../../support/faulty-dynamodb/seeded-random.ts';
import type { Random } from '../../support/faulty-dynamodb/types.ts';

/** Random numbers of one part of a history, so that what one part draws changes nothing for another. */
export const randomFor = (seed: number, part: string): Random =>
  seededRandom(createHash('sha256').update(`${seed} ${part}`).digest().readInt32BE());

export function pickFrom<Thing>(things: readonly Thing[], random: Random): Thing | undefined {
  return things[Math.floor(random() * things.length)];
}

export function bytesFrom(random: Random, count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, () => Math.floor(random() * 256)));
}

export function shuffled<Thing>(things: readonly Thing[], random: Random): Thing[] {
  return things
    .map((thing) => ({ thing, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ thing }) => thing);
}
