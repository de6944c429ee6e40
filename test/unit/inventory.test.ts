import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDomainError } from '../../functions/domain/errors.ts';
import { allocateShards, planCapacity, planDraw, splitEvenly } from '../../functions/domain/inventory.ts';
import { limits } from '../../functions/domain/limits.ts';
import { shard } from '../support/factories.ts';

const sum = (numbers: Iterable<number>) => [...numbers].reduce((total, n) => total + n, 0);

const shardsWith = (stock: { available: number; sold: number; held: number }[]) =>
  stock.map((part, index) => shard({ shard: index, ...part, capacity: part.available + part.sold + part.held }));
const stock = fc.array(fc.record({ available: fc.nat(50), sold: fc.nat(50), held: fc.nat(20) }), {
  minLength: 1,
  maxLength: 12,
});

describe('capacity over shards', () => {
  it('is spread evenly and completely', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.integer({ min: 1, max: 64 }), (capacity, shards) => {
        const parts = splitEvenly(capacity, shards);
        expect(sum(parts)).toBe(capacity);
        expect(Math.max(...parts) - Math.min(...parts)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('takes one shard for every hundred seats, 64 at most', () => {
    const alone = { tiers: 0, shards: 0 };
    expect(allocateShards([1], alone)).toEqual([1]);
    expect(allocateShards([100], alone)).toEqual([1]);
    expect(allocateShards([101], alone)).toEqual([2]);
    expect(allocateShards([1_000_000], alone)).toEqual([64]);
  });

  it('leaves room for an event of any tiers to change in one transaction, also for tiers added later', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 20 }), { maxLength: 6 }),
        (rounds) => {
          const shards: number[] = [];
          for (const capacities of rounds) {
            const fitting = capacities.slice(0, limits.tiersPerEvent - shards.length);
            shards.push(...allocateShards(fitting, { tiers: shards.length, shards: sum(shards) }));
          }
          expect(Math.min(1, ...shards)).toBe(1);
          expect(sum(shards)).toBeLessThanOrEqual(limits.shardsPerEvent);
        },
      ),
    );
  });
});

describe('drawing seats', () => {
  it('takes exactly the quantity, never more than a shard has, and from one shard where one has enough', () => {
    fc.assert(
      fc.property(stock, fc.integer({ min: 1, max: 100 }), fc.double({ min: 0, max: 0.999 }), (parts, quantity, at) => {
        const shards = shardsWith(parts);
        const draws = planDraw(shards, quantity, () => at);
        const total = sum(parts.map(({ available }) => available));
        if (total < quantity) {
          expect(draws).toBeUndefined();
          return;
        }
        expect(sum((draws ?? []).map((draw) => draw.quantity))).toBe(quantity);
        for (const draw of draws ?? []) expect(draw.quantity).toBeLessThanOrEqual(shards[draw.shard]?.available ?? 0);
        if (parts.some(({ available }) => available >= quantity)) expect(draws).toHaveLength(1);
      }),
    );
  });
});

describe('another capacity', () => {
  it('keeps what is sold and held on every shard, and adds up', () => {
    fc.assert(
      fc.property(stock, fc.nat(2_000), (parts, capacity) => {
        const shards = shardsWith(parts);
        const taken = sum(parts.map(({ sold, held }) => sold + held));
        if (capacity < taken) {
          expect(() => planCapacity('standard', shards, capacity)).toThrow(
            expect.objectContaining({ code: 'capacity-too-low' }),
          );
          return;
        }
        const changes = planCapacity('standard', shards, capacity);
        for (const part of shards) {
          expect(part.available + (changes.get(part.shard) ?? 0)).toBeGreaterThanOrEqual(0);
        }
        expect(sum(shards.map((part) => part.capacity)) + sum(changes.values())).toBe(capacity);
      }),
    );
  });

  it('says what is sold and held where it is too low', () => {
    const shards = shardsWith([{ available: 3, sold: 5, held: 2 }]);
    try {
      planCapacity('standard', shards, 6);
      expect.unreachable();
    } catch (error) {
      expect(isDomainError(error, 'capacity-too-low') && error.details).toEqual({
        tierId: 'standard',
        capacity: 6,
        sold: 5,
        held: 2,
      });
    }
  });

  it('touches no shard where nothing changes', () => {
    expect(planCapacity('standard', shardsWith([{ available: 3, sold: 5, held: 2 }]), 10).size).toBe(0);
  });
});
