import type { Random } from '../../test/support/faulty-dynamodb/types.ts';
import type { Arrivals, Model } from './model.ts';

/** People who come in one millisecond, by how often they were turned away before. */
export interface Crowd {
  readonly levels: number;
  /** Lets those of the next millisecond come. @returns how many of each level, valid until the next call */
  next(): Int32Array;
  /** Those who were turned away come back later. */
  turnAway(level: number, people: number, nowMs: number): void;
  /** People who are still to come, for the first time or again. */
  outside(): number;
}

/** Of many who are turned away in the same millisecond, so many groups come back together; a few come back alone. */
const groups = 16;

/** The crowd is counted, not listed: ten million people are a few numbers for each millisecond ahead. */
export function createCrowd({ people, arrivals, comeBack }: Model, random: Random): Crowd {
  const levels = 1 + Math.ceil(Math.log2(comeBack.capMs / comeBack.baseMs));
  const slots = 2 ** Math.ceil(Math.log2(comeBack.capMs + 2));
  const ring = new Int32Array(slots * (levels + 1));
  const coming = new Int32Array(levels + 1);
  let toCome = people;
  let toReturn = 0;
  let at = -1;

  function newcomers(): number {
    if (toCome === 0) return 0;
    const isRandom = arrivals.kind !== 'at once';
    const come = Math.min(toCome, isRandom ? poisson(expectedIn(arrivals, toCome), random) : toCome);
    toCome -= come;
    return come;
  }

  return {
    levels: levels + 1,
    next() {
      at += 1;
      const from = (at & (slots - 1)) * (levels + 1);
      for (let level = 0; level <= levels; level += 1) {
        const back = ring[from + level] ?? 0;
        ring[from + level] = 0;
        toReturn -= back;
        coming[level] = back;
      }
      coming[0] = newcomers();
      return coming;
    },
    turnAway(level, count, nowMs) {
      const longestMs = Math.min(comeBack.capMs, comeBack.baseMs * 2 ** level);
      for (let left = count, group = Math.ceil(count / groups); left > 0; left -= group) {
        const slot = Math.max(at + 1, Math.min(Math.floor(nowMs + longestMs * (1 - random() / 2)), at + slots - 1));
        const place = (slot & (slots - 1)) * (levels + 1) + Math.min(level + 1, levels);
        ring[place] = (ring[place] ?? 0) + Math.min(group, left);
      }
      toReturn += count;
    },
    outside: () => toCome + toReturn,
  };
}

/** People expected in one millisecond, of those who have not come yet. */
function expectedIn(arrivals: Arrivals, left: number): number {
  if (arrivals.kind === 'fading') return left * -Math.expm1(-1 / (arrivals.meanSeconds * 1_000));
  return arrivals.kind === 'steady' ? arrivals.perSecond / 1_000 : left;
}

/** A Poisson number: by Knuth's product where few are expected, else by the normal distribution. */
function poisson(expected: number, random: Random): number {
  if (expected > 30) {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return Math.max(0, Math.round(expected + Math.sqrt(expected) * normal));
  }
  const end = Math.exp(-expected);
  let count = 0;
  for (let product = random(); product > end; product *= random()) count += 1;
  return count;
}
