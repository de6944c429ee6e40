import * as keys from '../../functions/store/keys.ts';
import type { Verdicts } from './findings.ts';
import { type Item, integer, keyOf, shardPlace } from './items.ts';

/** Numbers by name: `bookings`, `sold`, `cancelled`, and `revenue#EUR` for each currency. Missing ones are 0. */
type Numbers = Map<string, number>;

/** What bookings make of the statistics of an event, or of all together. */
interface Fold {
  total: Numbers;
  days: Map<string, Numbers>;
  tiers: Map<string, Numbers>;
}
const newFold = (): Fold => ({ total: new Map(), days: new Map(), tiers: new Map() });

/** What the table holds of the statistics of an event, or of all together. */
interface Stored {
  total?: Item;
  days: Map<string, Item>;
}

/**
 * Statistics beside what they should be: a fold over all bookings. It is written down once more on purpose: what the
 * service counts by must not be what it is judged by.
 */
export interface StatisticsAudit {
  addBooking(booking: Item): void;
  addShard(shard: Item): void;
  /** A total or a day. */
  addNumbers(item: Item): void;
  addSeen(item: Item): void;
  close(verdict: Verdicts): void;
}

export function createStatisticsAudit(): StatisticsAudit {
  const everything = newFold();
  const events = new Map<string, Fold>();
  const stored = new Map<string, Stored>();
  const shards = new Map<string, { version: unknown; capacity: number }>();
  const seen = new Map<string, Item>();
  let seats = 0;

  return {
    addBooking(booking) {
      const eventId = String(booking.eventId);
      const fold = events.get(eventId) ?? newFold();
      events.set(eventId, fold);
      for (const to of [everything, fold]) addTo(to, booking);
    },
    addShard(shard) {
      const capacity = shard.status === 'PUBLISHED' ? integer(shard, 'capacity') : 0;
      seats += capacity;
      shards.set(String(shard.pk), { version: shard.version, capacity });
    },
    addNumbers(item) {
      const of: Stored = stored.get(String(item.pk)) ?? { days: new Map() };
      stored.set(String(item.pk), of);
      if (item.sk === 'TOTAL') of.total = item;
      else of.days.set(keys.dayIn(String(item.sk)), item);
    },
    addSeen(item) {
      const [, , eventId = '', tierId = ''] = String(item.pk).split('#');
      for (const [shard, known] of Object.entries((item.shards ?? {}) as Record<string, Item>)) {
        seen.set(keys.shardKey(eventId, tierId, Number(shard)).pk, known);
      }
    },
    close(verdict) {
      const platform = keys.totalKey().pk;
      const check = (rule: 'event statistics' | 'platform statistics', pk: string, fold: Fold) =>
        checkNumbers(rule, pk, fold, stored.get(pk) ?? { days: new Map() }, verdict);
      for (const [eventId, fold] of events) check('event statistics', keys.totalKey(eventId).pk, fold);
      const eventOf = new Set([...events.keys()].map((eventId) => keys.totalKey(eventId).pk));
      for (const pk of stored.keys()) if (pk !== platform && !eventOf.has(pk)) check('event statistics', pk, newFold());
      check('platform statistics', platform, everything);
      const counted = Number(stored.get(platform)?.total?.capacity ?? 0);
      verdict('platform statistics', counted === seats, keys.totalKey(), () => {
        return `capacity is ${counted}, the shards on sale have ${seats}`;
      });
      for (const { total } of stored.values()) if (total && total.pk !== platform) checkPlace(total, verdict);
      checkSeen(shards, seen, verdict);
    },
  };
}

function addTo(fold: Fold, booking: Item): void {
  if (booking.confirmedAt === undefined) return;
  const [quantity, money] = [integer(booking, 'quantity'), integer(booking, 'total')];
  const revenue = `revenue#${booking.currency}`;
  const add = (at: unknown, changes: readonly (readonly [string, number])[]) => {
    const day = String(at).slice(0, 10);
    const tierId = String(booking.tierId);
    for (const numbers of [fold.total, numbersOf(fold.days, day), numbersOf(fold.tiers, tierId)]) {
      for (const [name, amount] of changes) numbers.set(name, (numbers.get(name) ?? 0) + amount);
    }
  };
  add(booking.confirmedAt, [
    ['bookings', 1],
    ['sold', quantity],
    [revenue, money],
  ]);
  if (booking.status === 'CANCELLED')
    add(booking.cancelledAt, [
      ['cancelled', quantity],
      [revenue, -money],
    ]);
}

function numbersOf(of: Map<string, Numbers>, key: string): Numbers {
  const numbers: Numbers = of.get(key) ?? new Map();
  of.set(key, numbers);
  return numbers;
}

/** The numbers of a stored item, and of nothing where there is none. */
function stand(item: Item | undefined): Numbers {
  const names = Object.keys(item ?? {}).filter((name) => /^(?:bookings|sold|cancelled|revenue#.*)$/.test(name));
  return new Map(names.map((name) => [name, integer(item, name)]));
}

function checkNumbers(
  rule: 'event statistics' | 'platform statistics',
  pk: string,
  fold: Fold,
  { total, days }: Stored,
  verdict: Verdicts,
): void {
  const compare = (what: string, found: Numbers, wanted: Numbers) => {
    const names = new Set([...found.keys(), ...wanted.keys()]);
    const differs = [...names].filter((name) => (found.get(name) ?? 0) !== (wanted.get(name) ?? 0));
    const text = differs.map((name) => `${name} is ${found.get(name) ?? 0}, bookings make ${wanted.get(name) ?? 0}`);
    verdict(rule, differs.length === 0, `${pk} / ${what}`, () => text.join('; '));
  };
  compare('TOTAL', stand(total), fold.total);
  for (const day of new Set([...days.keys(), ...fold.days.keys()])) {
    compare(`DAY#${day}`, stand(days.get(day)), fold.days.get(day) ?? new Map());
  }
  if (rule === 'platform statistics') return;
  const tiers = new Map(((total?.tiers ?? []) as Item[]).map((tier) => [String(tier.tierId), tier]));
  for (const tierId of new Set([...tiers.keys(), ...fold.tiers.keys()])) {
    compare(`TOTAL, tier ${tierId}`, stand(tiers.get(tierId)), fold.tiers.get(tierId) ?? new Map());
  }
}

/** The place of an event among the popular ones. */
function checkPlace(total: Item, verdict: Verdicts): void {
  const ticketsSold = integer(total, 'sold') - integer(total, 'cancelled');
  const isListed = total.gsi1pk === keys.popularEvents;
  const wanted = keys.popularEventSort(ticketsSold, String(total.eventId));
  verdict('popular event', ticketsSold > 0 ? isListed && total.gsi1sk === wanted : !isListed, keyOf(total), () =>
    isListed
      ? `the index has it at ${total.gsi1sk}, it sold ${ticketsSold}`
      : `it sold ${ticketsSold}, and is in no index`,
  );
}

function checkSeen(
  shards: ReadonlyMap<string, { version: unknown; capacity: number }>,
  seen: ReadonlyMap<string, Item>,
  verdict: Verdicts,
): void {
  for (const [pk, { version, capacity }] of shards) {
    const known = seen.get(pk);
    const isSame = known?.version === version && known?.capacity === capacity && known?.removed === false;
    verdict('seen shard', isSame, pk, () =>
      known
        ? `it has version ${version} and ${capacity} seats on sale, statistics know ${known.version} and ${known.capacity}`
        : `statistics do not know it`,
    );
  }
  for (const [pk, known] of seen) {
    if (shards.has(pk)) continue;
    const { eventId, tierId } = shardPlace({ pk });
    verdict(
      'seen shard',
      known.removed === true,
      pk,
      () => `statistics know it, but tier ${tierId} of ${eventId} has no such shard`,
    );
  }
}
