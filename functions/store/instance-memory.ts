import type { Event, Tier } from '../domain/event.ts';
import { limits } from '../domain/limits.ts';
import { Outlook } from '../domain/outlook.ts';

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

/** What this instance knows of the shards of tiers that it sold. */
const outlooks = new Memory<Outlook>(Number.POSITIVE_INFINITY);

export function outlookOf(tierKey: string, tier: Tier): Outlook {
  const known = outlooks.get(tierKey);
  if (known) return known;
  const outlook = new Outlook(tier, Math.random);
  outlooks.set(tierKey, outlook);
  return outlook;
}
