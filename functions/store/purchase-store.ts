import { tableName } from './client.ts';
import * as keys from './keys.ts';
import type { Action, Item } from './transact.ts';

/** The attribute that counts a tier; prefixed, since a tier may be called `pk`. */
const countOf = (tierId: string): string => `tickets#${tierId}`;

/** A booking, a hold or a place in a waitlist. */
export interface Purchase {
  userId: string;
  eventId: string;
  tierId: string;
  quantity: number;
}

/** Adds a purchase to its buyer's count, if that stays within `maxPerUser`. */
export function countPurchase(purchase: Purchase, maxPerUser: number): Action<'purchases'> {
  const room = maxPerUser - purchase.quantity;
  return {
    name: 'purchases',
    item: {
      Update: {
        TableName: tableName(),
        Key: keys.purchasesKey(purchase.userId, purchase.eventId),
        UpdateExpression: 'ADD #tickets :quantity',
        // More than anybody may have is refused here too, so that the refusal tells what the person has.
        ConditionExpression: room < 0 ? '#tickets <= :room' : 'attribute_not_exists(#tickets) OR #tickets <= :room',
        ExpressionAttributeNames: { '#tickets': countOf(purchase.tierId) },
        ExpressionAttributeValues: { ':quantity': purchase.quantity, ':room': room },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    },
  };
}

/** Takes a purchase that is over off its buyer's count. */
export function uncountPurchase(purchase: Purchase): Action<'purchases'> {
  return {
    name: 'purchases',
    item: {
      Update: {
        TableName: tableName(),
        Key: keys.purchasesKey(purchase.userId, purchase.eventId),
        UpdateExpression: 'ADD #tickets :less',
        ConditionExpression: '#tickets >= :quantity',
        ExpressionAttributeNames: { '#tickets': countOf(purchase.tierId) },
        ExpressionAttributeValues: { ':less': -purchase.quantity, ':quantity': purchase.quantity },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    },
  };
}

/** Tickets of the tier that the buyer has, from the item that refused a `countPurchase`. */
export function purchasedOf(item: Item | undefined, tierId: string): number {
  return Number(item?.[countOf(tierId)] ?? 0);
}
