import type { Event, Tier } from '../domain/event.ts';
import { limits } from '../domain/limits.ts';

/** A bounded map whose entries are forgotten after a time; the oldest goes first. Lives as long as the instance. */
export class Memory<Value> {
  private readonly entries = new Map<string, { value: Value; storedAt: number }>();
  private readonly ttlMs: number;
  private readonly maxEntries: number;

  constructor(ttlMs: number, maxEntries: number = limits.rememberedEvents) {
    this.ttlMs = ttlMs;
    this.maxEntries = maxEntries;
  }

  /** @param maxAgeMs where less than the memory's own time will do */
  get(key: string, maxAgeMs = this.ttlMs): Value | undefined {
    const entry = this.entries.get(key);
    return entry && Date.now() - entry.storedAt < maxAgeMs ? entry.value : undefined;
  }

  set(key: string, value: Value): void {
    this.entries.delete(key);
    this.entries.set(key, { value, storedAt: Date.now() });
    if (this.entries.size <= this.maxEntries) return;
    for (const oldest of this.entries.keys()) {
      this.entries.delete(oldest);
      return;
    }
  }

  delete(key: string): void {
    this.entries.delete(key);
  }
}

/**
 * Events as this instance last saw them. A stale one does no harm: the write that takes seats compares `ruleVersion`,
 * and a refusal is only given on an event seen within the last second.
 */
export const knownEvents = new Memory<Event>(limits.eventMemoryMs);

/** Tiers seen sold out within the last second, with what was left and whether people wait for that. */
export const soldOutTiers = new Memory<{ available: number; waiting: boolean }>(limits.soldOutMemoryMs);

const preferred = new Map<string, number>();

/**
 * The shard that this instance draws from: chosen at random, kept while it succeeds, so that concurrent instances sort
 * themselves onto different shards.
 */
export function preferredShard(tierKey: string, tier: Tier): number {
  const known = preferred.get(tierKey);
  return known !== undefined && known < tier.shards ? known : moveToAnotherShard(tierKey, tier);
}

/** Leaves a contended shard for a random other one. */
export function moveToAnotherShard(tierKey: string, tier: Tier): number {
  const current = preferred.get(tierKey);
  const others = current === undefined || current >= tier.shards ? tier.shards : tier.shards - 1;
  const pick = Math.floor(Math.random() * Math.max(others, 1));
  const shard = others < tier.shards && current !== undefined && pick >= current && others > 0 ? pick + 1 : pick;
  preferShard(tierKey, shard);
  return shard;
}

export function preferShard(tierKey: string, shard: number): void {
  preferred.set(tierKey, shard);
}
