import type { Draw } from './booking.ts';
import { DomainError } from './errors.ts';
import type { EventStatus } from './event.ts';
import { limits } from './limits.ts';

/** Sale rules that stand on every shard, so that they are conditions of the write that takes seats. */
export interface SaleRules {
  status: EventStatus;
  unitPrice: number;
  currency: string;
  saleOpensAt?: string;
  saleClosesAt: string;
  /** Version of the event with which the rules of this tier last changed. */
  ruleVersion: number;
}

/** One part of a tier's seats. `available + held + sold = capacity` at every moment. */
export interface Shard extends SaleRules {
  shard: number;
  tierKey: string;
  capacity: number;
  available: number;
  held: number;
  sold: number;
  waiting: boolean;
  /** Bookings ever confirmed, and holds ever made, that drew from this shard first; they never fall. */
  bookings: number;
  holds: number;
  /** Tickets ever cancelled; never falls. */
  cancelled: number;
  revenue: number;
  /**
   * UTC day, yyyy-mm-dd, on which seats last moved; never falls. The counters of the highest version with a day are
   * those at the end of it: that is how statistics tell the days apart.
   */
  day: string;
  version: number;
  createdAt: string;
  updatedAt: string;
}

/** Spreads `capacity` as evenly as whole seats permit; the sum is `capacity`. */
export function splitEvenly(capacity: number, shards: number): number[] {
  const base = Math.floor(capacity / shards);
  const rest = capacity % shards;
  return Array.from({ length: shards }, (_, index) => base + (index < rest ? 1 : 0));
}

/**
 * Numbers of shards for tiers that are created together, in their order.
 *
 * @param capacities seats of each tier that is created
 * @param existing what tiers of the event there are, and how many shards they have together
 */
export function allocateShards(capacities: number[], existing: { tiers: number; shards: number }): number[] {
  const wanted = capacities.map((capacity) =>
    Math.min(Math.max(Math.ceil(capacity / limits.seatsPerShard), 1), limits.shardsPerTier),
  );
  const laterTiers = limits.tiersPerEvent - existing.tiers - capacities.length;
  const budget = limits.shardsPerEvent - existing.shards - laterTiers;
  let excess = wanted.reduce((sum, shards) => sum + shards, 0) - budget;
  while (excess > 0) {
    const most = wanted.indexOf(Math.max(...wanted));
    if (wanted[most] === 1) break;
    wanted[most] = (wanted[most] ?? 1) - 1;
    excess -= 1;
  }
  return wanted;
}

/**
 * One of the numbers' places, chosen at random so that instances spread; twice the seats are twice the chance, so that
 * shards run dry together.
 *
 * @param random in [0, 1)
 * @returns undefined where all are 0
 */
export function pickBySeats(seats: readonly number[], random: number): number | undefined {
  let rest = random * seats.reduce((sum, count) => sum + count, 0);
  // Rounding may leave a rest behind the last one.
  let picked: number | undefined;
  for (const [place, count] of seats.entries()) {
    if (count === 0) continue;
    picked = place;
    rest -= count;
    if (rest < 0) break;
  }
  return picked;
}

/**
 * Which shards to take `quantity` seats from: one that has enough, chosen by `pickBySeats`, else several, fullest first.
 *
 * @returns the draws, or undefined where all shards together have too few
 */
export function planDraw(shards: readonly Shard[], quantity: number, random: () => number): Draw[] | undefined {
  const enough = shards.filter((shard) => shard.available >= quantity);
  const place = pickBySeats(
    enough.map(({ available }) => available),
    random(),
  );
  const chosen = place === undefined ? undefined : enough[place];
  if (chosen) return [{ shard: chosen.shard, quantity }];
  const draws: Draw[] = [];
  let missing = quantity;
  for (const shard of shards.toSorted((a, b) => b.available - a.available)) {
    if (missing === 0) break;
    const take = Math.min(shard.available, missing);
    if (take > 0) draws.push({ shard: shard.shard, quantity: take });
    missing -= take;
  }
  return missing === 0 ? draws : undefined;
}

/**
 * By how many seats each shard changes so that the tier has `capacity` seats: spread as evenly as what is sold permits.
 *
 * @throws {DomainError} capacity-too-low where more is sold and held than `capacity`
 */
export function planCapacity(tierId: string, shards: readonly Shard[], capacity: number): Map<number, number> {
  const sum = (count: (shard: Shard) => number) => shards.reduce((total, shard) => total + count(shard), 0);
  const sold = sum((shard) => shard.sold);
  const held = sum((shard) => shard.held);
  if (capacity < sold + held) {
    const detail = `Tier ${tierId} has ${sold} sold and ${held} held tickets; ${capacity} seats are too few.`;
    throw new DomainError('capacity-too-low', detail, { tierId, capacity, sold, held });
  }
  const changes = new Map<number, number>();
  let missing = capacity - sum((shard) => shard.capacity);
  // Ascending, so that what an emptier shard cannot give up falls to the fuller ones after it.
  shards
    .toSorted((a, b) => a.available - b.available)
    .forEach((shard, index) => {
      const share = Math.trunc(missing / (shards.length - index));
      const change = Math.max(share, -shard.available);
      if (change !== 0) changes.set(shard.shard, change);
      missing -= change;
    });
  return changes;
}
