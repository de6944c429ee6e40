import type { Item } from '../../bench/verify/items.ts';
import * as keys from '../../functions/store/keys.ts';

/** Statistics of one event, and of all as if it were the only one. */
export function statisticsItems(of: {
  eventId: string;
  day: string;
  /** `bookings`, `sold`, `cancelled` and `revenue#EUR`, all of them of one tier. */
  numbers: Record<string, number>;
  tierId: string;
  shards: readonly { tierId: string; shard: number; version: number; capacity: number }[];
}): Item[] {
  const { eventId, day, numbers, tierId, shards } = of;
  const ticketsSold = (numbers.sold ?? 0) - (numbers.cancelled ?? 0);
  const tiers = [...new Set(shards.map((shard) => shard.tierId))];
  return [
    {
      ...keys.totalKey(eventId),
      gsi1pk: keys.popularEvents,
      gsi1sk: keys.popularEventSort(ticketsSold, eventId),
      revision: 1,
      eventId,
      ...numbers,
      tiers: [{ tierId, ...numbers }],
    },
    { ...keys.dayKey(day, eventId), ...numbers },
    { ...keys.totalKey(), ...numbers, capacity: shards.reduce((sum, { capacity }) => sum + capacity, 0) },
    { ...keys.dayKey(day), ...numbers },
    ...tiers.map((tier) => ({
      ...keys.seenKey(eventId, tier),
      revision: 1,
      shards: Object.fromEntries(
        shards
          .filter((shard) => shard.tierId === tier)
          .map(({ shard, version, capacity }) => [shard, { version, capacity, removed: false, days: [] }]),
      ),
    })),
  ];
}
