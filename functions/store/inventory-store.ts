import type { Draw } from '../domain/booking.ts';
import type { Event, Tier } from '../domain/event.ts';
import type { SaleRules, Shard } from '../domain/inventory.ts';
import { saleClosesAt } from '../domain/sale.ts';
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
    cancelled: 0,
    revenue: 0,
    version: 1,
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

/**
 * Takes the seats of a booking from one shard, if it has them, the rules are those that the caller checked, and nobody
 * waits. The first draw of a booking counts the booking.
 */
export function takeSeats(ref: TierRef, draw: Draw, tier: Tier, isFirst: boolean, now: string): ShardAction {
  return {
    name: shardName(ref.tierId, draw.shard),
    item: {
      Update: {
        TableName: tableName(),
        Key: keys.shardKey(ref.eventId, ref.tierId, draw.shard),
        UpdateExpression:
          'SET available = available - :quantity, sold = sold + :quantity, bookings = bookings + :bookings, ' +
          'revenue = revenue + :revenue, #version = #version + :one, updatedAt = :now',
        ConditionExpression: 'ruleVersion = :ruleVersion AND waiting = :waiting AND available >= :quantity',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: {
          ':quantity': draw.quantity,
          ':bookings': isFirst ? 1 : 0,
          ':revenue': draw.quantity * tier.price,
          ':ruleVersion': tier.ruleVersion,
          ':waiting': false,
          ':one': 1,
          ':now': now,
        },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    },
  };
}

/** Gives the seats of a cancelled booking back to the shard that they came from. */
export function giveSeatsBack(ref: TierRef, draw: Draw, unitPrice: number, now: string): ShardAction {
  return {
    name: shardName(ref.tierId, draw.shard),
    item: {
      Update: {
        TableName: tableName(),
        Key: keys.shardKey(ref.eventId, ref.tierId, draw.shard),
        UpdateExpression:
          'SET available = available + :quantity, sold = sold - :quantity, cancelled = cancelled + :quantity, ' +
          'revenue = revenue - :revenue, #version = #version + :one, updatedAt = :now',
        ConditionExpression: 'sold >= :quantity',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: {
          ':quantity': draw.quantity,
          ':revenue': draw.quantity * unitPrice,
          ':one': 1,
          ':now': now,
        },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    },
  };
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
        ConditionExpression: `available >= :fewer${change.unsold ? ' AND bookings = :none' : ''}`,
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

/** Removes a shard that never had a booking. */
export function deleteShard(ref: TierRef, shard: number): ShardAction {
  return {
    name: shardName(ref.tierId, shard),
    item: {
      Delete: {
        TableName: tableName(),
        Key: keys.shardKey(ref.eventId, ref.tierId, shard),
        ConditionExpression: 'attribute_not_exists(pk) OR bookings = :none',
        ExpressionAttributeValues: { ':none': 0 },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    },
  };
}
