import type { Random } from '../../test/support/faulty-dynamodb/types.ts';
import type { Model } from './model.ts';
import { createTokenBucket } from './token-bucket.ts';

export interface Instances {
  /** A free instance, or a new one; -1 where there is neither. */
  acquire(now: number): number;
  release(instance: number): void;
  /** Whether it has not run yet; only true once. */
  isCold(instance: number): boolean;
  count(): number;
}

/** The instances of one function, made as fast as Lambda makes them. */
export function createInstances({ lambda }: Model, random: Random): Instances {
  const ramp = createTokenBucket(lambda.ramp);
  const free: number[] = [];
  const started = new Uint8Array(lambda.concurrency);
  let count = 0;
  return {
    acquire(now) {
      if (lambda.takes === 'any') swap(free, Math.floor(random() * free.length), free.length - 1);
      const warm = free.pop();
      if (warm !== undefined) return warm;
      if (count >= lambda.concurrency || !ramp.has(1, now)) return -1;
      ramp.take(1);
      count += 1;
      return count - 1;
    },
    release: (instance) => {
      free.push(instance);
    },
    isCold(instance) {
      const isCold = started[instance] === 0;
      started[instance] = 1;
      return isCold;
    },
    count: () => count,
  };
}

function swap(list: number[], one: number, other: number): void {
  const [first, second] = [list[one], list[other]];
  if (first === undefined || second === undefined) return;
  list[one] = second;
  list[other] = first;
}
