import type { Draw } from '../domain/booking.ts';
import type { Event, Tier } from '../domain/event.ts';
import type { SaleRules, Shard } from '../domain/inventory.ts';
import { saleClosesAt } from '../domain/sale.ts';
import { dayOf } from '../domain/statistics.ts';
import { tableName } from './client.ts';
import * as keys from './keys.ts';
import { getItems } from './read.ts';
import type { Action, Item } from './transact.ts';

export type ShardName = `shard:${string}:${number}`;
export const shardName = (tierId: string, shard: number): ShardName => `shard:${tierId}:${shard}`;
type ShardAction = Action<ShardName>;

/** Which tier of which event. */
export interface TierRef {
  eventId: string;
  tierId: string;
}

/** The rules of a tier as its shards keep them. */
export function rulesOf(event: Event, tier: Tier): SaleRules {
  return {
    status: event.status,
    unitPrice: tier.price,
    currency: tier.currency,
    ...(tier.saleOpensAt !== undefined && { saleOpensAt: tier.saleOpensAt }),
    saleClosesAt: saleClosesAt(event, tier),
    ruleVersion: tier.ruleVersion,
  };
}

export const shardOf = (item: Item): Shard => {
  const { pk: _pk, sk: _sk, ...shard } = item;
  return shard as unknown as Shard;
};

/** All shards of the tiers, strongly consistent, in the order of their numbers. @throws {DomainError} busy */
export async function readShards(eventId: string, tiers: readonly Tier[]): Promise<Map<string, Shard[]>> {
  const [shards] = await readShardsOf([{ eventId, tiers }]);
  return shards ?? new Map();
}

/** All shards of many events, as `readShards`, in the order of the events. @throws {DomainError} busy */
export async function readShardsOf(
  events: readonly { eventId: string; tiers: readonly Tier[] }[],
): Promise<Map<string, Shard[]>[]> {
  const wanted = events.flatMap(({ eventId, tiers }) =>
    tiers.flatMap(({ tierId, shards }) =>
      Array.from({ length: shards }, (_, shard) => keys.shardKey(eventId, tierId, shard)),
    ),
  );
  const found = Map.groupBy((await getItems(wanted)).map(shardOf), ({ tierKey }) => tierKey);
  return events.map(
    ({ eventId, tiers }) =>
      new Map(
        tiers.map(({ tierId }) => {
          const shards = found.get(keys.tierKey(eventId, tierId)) ?? [];
          return [tierId, shards.sort((a, b) => a.shard - b.shard)];
        }),
      ),
  );
}

/** A shard that does not exist yet. */
export function createShard(ref: TierRef, shard: number, seats: number, rules: SaleRules, now: string): ShardAction {
  const item: Shard = {
    shard,
    tierKey: keys.tierKey(ref.eventId, ref.tierId),
    capacity: seats,
    available: seats,
    held: 0,
    sold: 0,
    waiting: false,
    bookings: 0,
    holds: 0,
    cancelled: 0,
    revenue: 0,
    day: dayOf(now),
    version: 1,
    createdAt: now,
    updatedAt: now,
    ...rules,
  };
  return {
    name: shardName(ref.tierId, shard),
    item: {
      Put: {
        TableName: tableName(),
        Item: { ...keys.shardKey(ref.eventId, ref.tierId, shard), ...item },
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    },
  };
}

type Counter = 'available' | 'held' | 'sold';

/**
 * Moves the seats of one draw between two counters of a shard. `now` is the time that the booking gets with it, since
 * statistics by day are made of the shard's `day`; where that is later, the move is refused: see shard-clock.ts.
 */
interface Move {
  ref: TierRef;
  draw: Draw;
  from: Counter;
  to: Counter;
  /** What else is counted with it. */
  count?: Partial<Record<'bookings' | 'holds' | 'cancelled' | 'revenue', number>>;
  /** Conditions beside that the seats are there, with the values that they name. */
  conditions?: string[];
  names?: Record<string, string>;
  values?: Record<string, unknown>;
  now: string;
}

function moveSeats({
  ref,
  draw,
  from,
  to,
  count = {},
  conditions = [],
  names = {},
  values = {},
  now,
}: Move): ShardAction {
  const counts = Object.entries(count).filter(([, amount]) => amount !== 0);
  return {
    name: shardName(ref.tierId, draw.shard),
    item: {
      Update: {
        TableName: tableName(),
        Key: keys.shardKey(ref.eventId, ref.tierId, draw.shard),
        UpdateExpression: `SET ${[
          `${from} = ${from} - :quantity`,
          `${to} = ${to} + :quantity`,
          ...counts.map(([name]) => `${name} = ${name} + :${name}`),
          '#version = #version + :one',
          '#day = :day',
          'updatedAt = :now',
        ].join(', ')}`,
        ConditionExpression: [`${from} >= :quantity`, '#day <= :day', ...conditions].join(' AND '),
        ExpressionAttributeNames: { '#version': 'version', '#day': 'day', ...names },
        ExpressionAttributeValues: {
          ':quantity': draw.quantity,
          ...Object.fromEntries(counts.map(([name, amount]) => [`:${name}`, amount])),
          ...values,
          ':one': 1,
          ':day': dayOf(now),
          ':now': now,
        },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    },
  };
}

/** Where seats go that are taken: to a buyer, or into a hold. */
export type Taking = 'sold' | 'held';

/**
 * Takes the seats of a booking or hold from one shard, if it has them, the rules are those that the caller checked,
 * and nobody waits, or the seats are for one who does. The first draw counts the booking or hold.
 */
export function takeSeats(
  ref: TierRef,
  taken: { draw: Draw; tier: Tier; to: Taking; isFirst: boolean; thoughWaiting?: boolean },
  now: string,
): ShardAction {
  const { draw, tier, to, isFirst, thoughWaiting } = taken;
  const one = isFirst ? 1 : 0;
  return moveSeats({
    ref,
    draw,
    from: 'available',
    to,
    count: to === 'held' ? { holds: one } : { bookings: one, revenue: draw.quantity * tier.price },
    conditions: ['ruleVersion = :ruleVersion', ...(thoughWaiting ? [] : ['waiting = :waiting'])],
    values: { ':ruleVersion': tier.ruleVersion, ...(!thoughWaiting && { ':waiting': false }) },
    now,
  });
}

/** Sells held seats to the one who holds them, unless the event is cancelled. The first draw counts the booking. */
export function sellHeldSeats(ref: TierRef, held: { draw: Draw; unitPrice: number; isFirst: boolean }, now: string) {
  const { draw, unitPrice, isFirst } = held;
  const count = { bookings: isFirst ? 1 : 0, revenue: draw.quantity * unitPrice };
  return moveSeats({
    ref,
    draw,
    from: 'held',
    to: 'sold',
    count,
    conditions: ['#status <> :cancelled'],
    names: { '#status': 'status' },
    values: { ':cancelled': 'CANCELLED' },
    now,
  });
}

/** Gives held seats back to the shard that they came from. */
export function releaseSeats(ref: TierRef, draw: Draw, now: string): ShardAction {
  return moveSeats({ ref, draw, from: 'held', to: 'available', now });
}

/** Gives the seats of cancelled bookings back to the shard that they came from. `refund`: what was paid for them. */
export function giveSeatsBack(ref: TierRef, draw: Draw, refund: number, now: string): ShardAction {
  const count = { cancelled: draw.quantity, revenue: -refund };
  return moveSeats({ ref, draw, from: 'sold', to: 'available', count, now });
}

/** Another capacity or other rules; `seats` is the difference. `unsold`: only if it never had a booking. */
export function changeShard(
  ref: TierRef,
  change: { shard: number; seats: number; rules: SaleRules; unsold: boolean },
  now: string,
): ShardAction {
  const { saleOpensAt, ...rules } = change.rules;
  return {
    name: shardName(ref.tierId, change.shard),
    item: {
      Update: {
        TableName: tableName(),
        Key: keys.shardKey(ref.eventId, ref.tierId, change.shard),
        UpdateExpression:
          'SET #capacity = #capacity + :seats, available = available + :seats, #version = #version + :one, ' +
          'updatedAt = :now, #status = :status, unitPrice = :unitPrice, currency = :currency, ' +
          'saleClosesAt = :saleClosesAt, ruleVersion = :ruleVersion' +
          (saleOpensAt === undefined ? ' REMOVE saleOpensAt' : ', saleOpensAt = :saleOpensAt'),
        ConditionExpression: `available >= :fewer${change.unsold ? ' AND bookings = :none AND holds = :none' : ''}`,
        ExpressionAttributeNames: { '#capacity': 'capacity', '#version': 'version', '#status': 'status' },
        ExpressionAttributeValues: {
          ':seats': change.seats,
          ':fewer': Math.max(0, -change.seats),
          ':one': 1,
          ':now': now,
          ':status': rules.status,
          ':unitPrice': rules.unitPrice,
          ':currency': rules.currency,
          ':saleClosesAt': rules.saleClosesAt,
          ':ruleVersion': rules.ruleVersion,
          ...(saleOpensAt !== undefined && { ':saleOpensAt': saleOpensAt }),
          ...(change.unsold && { ':none': 0 }),
        },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    },
  };
}

/** Marks that people wait, if the shard has nothing left and the rules are those that the caller checked. */
export function beginWaiting(ref: TierRef, shard: number, ruleVersion: number, now: string): ShardAction {
  return setWaiting(ref, shard, now, {
    waiting: true,
    condition: 'available = :none AND ruleVersion = :ruleVersion',
    values: { ':none': 0, ':ruleVersion': ruleVersion },
  });
}

/** Marks that nobody waits any more. */
export function endWaiting(ref: TierRef, shard: number, now: string): ShardAction {
  return setWaiting(ref, shard, now, { waiting: false, condition: 'attribute_exists(pk)', values: {} });
}

function setWaiting(
  ref: TierRef,
  shard: number,
  now: string,
  change: { waiting: boolean; condition: string; values: Record<string, unknown> },
): ShardAction {
  return {
    name: shardName(ref.tierId, shard),
    item: {
      Update: {
        TableName: tableName(),
        Key: keys.shardKey(ref.eventId, ref.tierId, shard),
        UpdateExpression: 'SET waiting = :waiting, #version = #version + :one, updatedAt = :now',
        ConditionExpression: change.condition,
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: { ...change.values, ':waiting': change.waiting, ':one': 1, ':now': now },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    },
  };
}

/** Checks that the rules of a tier still are those that the caller checked. */
export function checkRules(ref: TierRef, shard: number, ruleVersion: number): ShardAction {
  return {
    name: shardName(ref.tierId, shard),
    item: {
      ConditionCheck: {
        TableName: tableName(),
        Key: keys.shardKey(ref.eventId, ref.tierId, shard),
        ConditionExpression: 'ruleVersion = :ruleVersion',
        ExpressionAttributeValues: { ':ruleVersion': ruleVersion },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    },
  };
}

/** Removes a shard that never had a booking. */
export function deleteShard(ref: TierRef, shard: number): ShardAction {
  return {
    name: shardName(ref.tierId, shard),
    item: {
      Delete: {
        TableName: tableName(),
        Key: keys.shardKey(ref.eventId, ref.tierId, shard),
        ConditionExpression: 'attribute_not_exists(pk) OR (bookings = :none AND holds = :none)',
        ExpressionAttributeValues: { ':none': 0 },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    },
  };
}
