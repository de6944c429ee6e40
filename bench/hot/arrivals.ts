import { setTimeout as wait } from 'node:timers/promises';
import type { Random } from '../../test/support/faulty-dynamodb/types.ts';

/**
 * Lets people arrive by themselves, at random (Poisson), whether or not those before them have been served.
 *
 * @param arrive called for each with its number; what it returns is waited for at the end
 * @param isOver asked before each arrival
 */
export async function letArrive(
  { perSecond, random }: { perSecond: number; random: Random },
  arrive: (number: number) => Promise<void>,
  isOver: () => boolean,
): Promise<void> {
  const onTheirWay: Promise<void>[] = [];
  let next = performance.now();
  while (!isOver()) {
    next += gapMs(perSecond, random);
    // A timer is a millisecond late or more: those who are due meanwhile come at once.
    const early = next - performance.now();
    if (early > 0) await wait(early);
    if (!isOver()) onTheirWay.push(arrive(onTheirWay.length));
  }
  await Promise.all(onTheirWay);
}

/** Between two arrivals: exponential, so that the number in any second is Poisson's. */
export const gapMs = (perSecond: number, random: Random): number => (-Math.log(1 - random()) * 1_000) / perSecond;
