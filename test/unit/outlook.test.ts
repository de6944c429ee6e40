import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pickBySeats } from '../../functions/domain/inventory.ts';
import { Outlook } from '../../functions/domain/outlook.ts';
import { shard } from '../support/factories.ts';

/** Four shards of 40 seats; the instance begins on the first. */
const outlook = () => new Outlook({ capacity: 160, shards: 4 }, () => 0);
const reading = (...available: number[]) => available.map((seats, index) => shard({ shard: index, available: seats }));
const sell = (tier: Outlook, quantity: number, shard = tier.shard) => tier.sold([{ shard, quantity }], 10);

describe('what an instance knows of the shards of a tier', () => {
  it('lets it stay where it is as long as nothing is in its way', () => {
    const tier = outlook();
    sell(tier, 9);
    expect(tier.shard).toBe(0);
    expect(tier.isTimeToLook(1)).toBe(false);
  });

  it('makes it look at the others when it has sold a quarter of what it saw, and then a quarter of the rest', () => {
    const tier = outlook();
    sell(tier, 10);
    expect(tier.isTimeToLook(1)).toBe(true);
    tier.look(reading(30, 0, 0, 0));
    expect(tier.isTimeToLook(1)).toBe(false);
    sell(tier, 8);
    expect(tier.isTimeToLook(1)).toBe(true);
  });

  it('makes it look where its shard has too few seats', () => {
    const tier = outlook();
    expect(tier.isTimeToLook(40)).toBe(false);
    expect(tier.isTimeToLook(41)).toBe(true);
  });

  it('is never worth a reading where there is one shard', () => {
    const tier = new Outlook({ capacity: 100, shards: 1 }, () => 0);
    sell(tier, 99);
    expect(tier.isTimeToLook(2)).toBe(false);
  });

  it('sends it to a fuller shard of which nobody has sold since it looked last', () => {
    const tier = outlook();
    sell(tier, 10);
    tier.look(reading(30, 39, 40, 28));
    expect(tier.shard).toBe(2);
  });

  it('lets it stay where the fuller shards are others’, or hardly fuller', () => {
    const tier = outlook();
    sell(tier, 10);
    tier.look(reading(30, 39, 38, 37));
    expect(tier.shard).toBe(0);
    sell(tier, 8);
    tier.look(reading(37, 39, 38, 37));
    expect(tier.shard).toBe(0);
  });

  it('lets it ask an empty shard again, without another look, where all are empty', () => {
    const tier = outlook();
    sell(tier, 40);
    tier.look(reading(0, 0, 0, 0));
    expect(tier.isTimeToLook(1)).toBe(false);
  });

  it('sends it away from a contended shard to one that should have seats', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (random) => {
        const tier = new Outlook({ capacity: 160, shards: 4 }, () => random);
        tier.moveTo(1);
        tier.note(reading(0, 12, 0, 5));
        tier.moveAway();
        expect(tier.shard).toBe(3);
        tier.note(reading(0, 0, 0, 5));
        tier.moveAway();
        expect(tier.shard).toBe(3);
      }),
    );
  });
});

describe('a choice by seats', () => {
  it('never falls on a place without any, and is none where there are no seats', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(1_000), { maxLength: 64 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (seats, random) => {
          const place = pickBySeats(seats, random);
          if (seats.every((count) => count === 0)) expect(place).toBeUndefined();
          else expect(seats[place ?? -1]).toBeGreaterThan(0);
        },
      ),
    );
  });

  it('falls on the fuller one more often', () => {
    const picks = Array.from({ length: 100 }, (_, index) => pickBySeats([10, 30], index / 100));
    expect(picks.filter((place) => place === 0)).toHaveLength(25);
  });
});
