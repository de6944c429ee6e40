import { limits } from '../domain/limits.ts';
import {
  addFigures,
  type Difference,
  difference,
  type Figures,
  forgetOldDays,
  isNothing,
  noFigures,
  type SeenShard,
  see,
} from '../domain/statistics.ts';
import { tableName } from './client.ts';
import * as keys from './keys.ts';
import { getItems } from './read.ts';
import type { ShardChange } from './shard-change.ts';
import { type Action, attempt, type Item, Patience } from './transact.ts';

/** What was seen of the shards of a tier. `revision` is the number of times that it was written. */
interface Seen {
  revision: number;
  shards: Record<string, SeenShard>;
}
/** The statistics of one event as they are stored. */
interface Total {
  revision: number;
  figures: Figures;
  tiers: Map<string, Figures>;
}

/** What one event contributes to a transaction. */
interface Plan {
  actions: Action[];
  difference: Difference;
}

/**
 * Brings statistics up to date with changes of shards: each item is written once, however many changes there are, and
 * not at all where nothing in them is new. Versions are compared and nothing is counted, so changes may come again, late
 * and in any order.
 *
 * @throws {DomainError} busy
 */
export async function recordChanges(changes: readonly ShardChange[], remainingMs: () => number): Promise<void> {
  const patience = new Patience(remainingMs);
  for (;;) {
    const failed: Error[] = [];
    for (const actions of await transactionsFor(changes)) {
      const outcome = await attempt(actions);
      if (outcome.kind === 'refused') failed.push(new Error('the statistics were written meanwhile'));
      else if (outcome.kind !== 'committed') failed.push(outcome.error);
    }
    const [cause] = failed;
    if (!cause) return;
    // Read anew: an answer that was lost may have been a commit.
    await patience.beforeRetry(cause);
  }
}

/** As few transactions as hold the plans of all events concerned, with what they add to the platform. */
async function transactionsFor(changes: readonly ShardChange[]): Promise<Action[][]> {
  const byEvent = Map.groupBy(changes, ({ eventId }) => eventId);
  const items = await getItems([...byEvent].flatMap(([eventId, group]) => keysOf(eventId, group)));
  const stored = new Map(items.map((item) => [`${item.pk}`, item]));
  const transactions: Action[][] = [];
  let open: Plan | undefined;
  for (const [eventId, group] of byEvent) {
    const plan = planFor(eventId, group, stored);
    if (plan.actions.length === 0) continue;
    const joined: Plan = open ? join(open, plan) : plan;
    const isFull = joined.actions.length + joined.difference.days.size + 1 > limits.actionsPerTransaction;
    if (open && isFull) transactions.push(close(open));
    open = isFull ? plan : joined;
  }
  if (open) transactions.push(close(open));
  return transactions;
}

const seenKeyOf = (change: ShardChange): keys.Key => keys.seenKey(change.eventId, change.tierId);

function keysOf(eventId: string, changes: readonly ShardChange[]): keys.Key[] {
  const seen = new Map(changes.map(seenKeyOf).map((key) => [key.pk, key]));
  return [keys.totalKey(eventId), ...seen.values()];
}

function join(a: Plan, b: Plan): Plan {
  const sum = noDifference();
  for (const { difference: part } of [a, b]) addDifference(sum, part);
  return { actions: [...a.actions, ...b.actions], difference: sum };
}

const close = ({ actions, difference: { capacity, total, days } }: Plan): Action[] => [
  ...actions,
  ...(isNothing(total) && capacity === 0 ? [] : [addTo(keys.totalKey(), total, capacity)]),
  ...addToDays(days),
];

/** Nothing to do where the changes tell nothing new. */
function planFor(eventId: string, changes: readonly ShardChange[], stored: ReadonlyMap<string, Item>): Plan {
  const actions: Action[] = [];
  const sum = noDifference();
  const totalItem = stored.get(keys.totalKey(eventId).pk);
  const total: Total = totalItem ? totalOf(totalItem) : { revision: 0, figures: noFigures(), tiers: new Map() };
  for (const group of Map.groupBy(changes, (change) => seenKeyOf(change).pk).values()) {
    const [first] = group;
    if (!first) continue;
    const key = seenKeyOf(first);
    const item = stored.get(key.pk);
    const before = item ? (item as unknown as Seen) : { revision: 0, shards: {} };
    const after = seeAll(before.shards, group);
    const changed = Object.keys(after).filter((shard) => after[shard] !== before.shards[shard]);
    if (changed.length === 0) continue;
    const tier = total.tiers.get(first.tierId) ?? noFigures();
    total.tiers.set(first.tierId, tier);
    for (const shard of changed) {
      const seen = after[shard];
      if (!seen) continue;
      const part = difference(before.shards[shard], seen);
      addDifference(sum, part);
      addFigures(tier, part.total);
      after[shard] = forgetOldDays(seen);
    }
    actions.push(replace(key, before.revision, { shards: after }));
  }
  // A hold, for one, changes no number: it is only remembered to have been seen.
  if (isNothing(sum.total) && sum.days.size === 0) return { actions, difference: sum };
  addFigures(total.figures, sum.total);
  return { actions: [...actions, putTotal(eventId, total), ...addToDays(sum.days, eventId)], difference: sum };
}

function seeAll(before: Record<string, SeenShard>, changes: readonly ShardChange[]): Record<string, SeenShard> {
  const after = { ...before };
  for (const { image } of changes) after[image.shard] = see(after[image.shard], image);
  return after;
}

const noDifference = (): Difference => ({ capacity: 0, total: noFigures(), days: new Map() });

function addDifference(to: Difference, { capacity, total, days }: Difference): void {
  to.capacity += capacity;
  addFigures(to.total, total);
  for (const [day, figures] of days) {
    const sum = to.days.get(day) ?? noFigures();
    addFigures(sum, figures);
    to.days.set(day, sum);
  }
}

/** Prefix of the attributes that count money, one a currency, so that a missing one can be added to. */
const revenuePrefix = 'revenue#';

/** Adds to the rows of days, those aside to which there is nothing to add. */
const addToDays = (days: ReadonlyMap<string, Figures>, eventId?: string): Action[] =>
  [...days].flatMap(([day, figures]) => (isNothing(figures) ? [] : [addTo(keys.dayKey(day, eventId), figures)]));

/** Adds to the numbers of an item, which is made where it is missing. Some number has to change. */
function addTo(key: keys.Key, { bookings, sold, cancelled, revenue }: Figures, capacity = 0): Action {
  const money = Object.entries(revenue).map(([currency, amount]) => [`${revenuePrefix}${currency}`, amount] as const);
  const counts = [
    ['bookings', bookings],
    ['sold', sold],
    ['cancelled', cancelled],
    ['capacity', capacity],
  ] as const;
  const changes = [...counts, ...money].filter(([, amount]) => amount !== 0);
  return {
    name: `${key.pk} ${key.sk}`,
    item: {
      Update: {
        TableName: tableName(),
        Key: key,
        UpdateExpression: `ADD revision :one${changes.map((_, index) => `, #n${index} :n${index}`).join('')}`,
        ExpressionAttributeNames: Object.fromEntries(changes.map(([name], index) => [`#n${index}`, name])),
        ExpressionAttributeValues: {
          ':one': 1,
          ...Object.fromEntries(changes.map(([, amount], index) => [`:n${index}`, amount])),
        },
      },
    },
  };
}

/** Replaces an item that was read at `revision`; 0 where there was none. */
function replace(key: keys.Key, revision: number, item: Item): Action {
  return {
    name: `${key.pk} ${key.sk}`,
    item: {
      Put: {
        TableName: tableName(),
        Item: { ...key, ...item, revision: revision + 1 },
        ConditionExpression: revision === 0 ? 'attribute_not_exists(pk)' : 'revision = :read',
        ...(revision > 0 && { ExpressionAttributeValues: { ':read': revision } }),
      },
    },
  };
}

/** Replaced as a whole, since its place in the index follows from what it counts. */
function putTotal(eventId: string, { revision, figures, tiers }: Total): Action {
  const ticketsSold = figures.sold - figures.cancelled;
  const sold = [...tiers].filter(([, tier]) => !isNothing(tier));
  return replace(keys.totalKey(eventId), revision, {
    eventId,
    ...numbersOf(figures),
    tiers: sold.map(([tierId, tier]) => ({ tierId, ...numbersOf(tier) })),
    ...(ticketsSold > 0 && { gsi1pk: keys.popularEvents, gsi1sk: keys.popularEventSort(ticketsSold, eventId) }),
  });
}

/** As an item of statistics, or a tier in it, has them. */
const numbersOf = ({ revenue, ...counts }: Figures): Item => ({
  ...counts,
  ...Object.fromEntries(Object.entries(revenue).map(([currency, amount]) => [revenuePrefix + currency, amount])),
});

/** The numbers of an item of statistics, or of a tier in it. */
export function figuresOf(item: Item | undefined): Figures {
  const count = (name: string) => Number(item?.[name] ?? 0);
  const currencies = Object.keys(item ?? {}).filter((name) => name.startsWith(revenuePrefix));
  return {
    bookings: count('bookings'),
    sold: count('sold'),
    cancelled: count('cancelled'),
    revenue: Object.fromEntries(currencies.map((name) => [name.slice(revenuePrefix.length), count(name)])),
  };
}

/** By tier, as far as something was sold of it. A list in the table: tiers may be called like properties of objects. */
export const tierFiguresOf = (item: Item | undefined): Map<string, Figures> =>
  new Map(((item?.tiers ?? []) as Item[]).map((tier) => [String(tier.tierId), figuresOf(tier)]));

const totalOf = (item: Item): Total => ({
  revision: Number(item.revision),
  figures: figuresOf(item),
  tiers: tierFiguresOf(item),
});
