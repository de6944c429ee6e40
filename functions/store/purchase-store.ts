import type { Booking } from '../domain/booking.ts';
import { tableName } from './client.ts';
import * as keys from './keys.ts';
import type { Action, Item } from './transact.ts';

/** The attribute that counts a tier; prefixed, since a tier may be called `pk`. */
const countOf = (tierId: string): string => `tickets#${tierId}`;

/** Adds a booking to its buyer's count, if that stays within `maxPerUser`. */
export function countPurchase(booking: Booking, maxPerUser: number): Action<'purchases'> {
  const room = maxPerUser - booking.quantity;
  return {
    name: 'purchases',
    item: {
      Update: {
        TableName: tableName(),
        Key: keys.purchasesKey(booking.userId, booking.eventId),
        UpdateExpression: 'ADD #tickets :quantity',
        // More than anybody may have is refused here too, so that the refusal tells what the person has.
        ConditionExpression: room < 0 ? '#tickets <= :room' : 'attribute_not_exists(#tickets) OR #tickets <= :room',
        ExpressionAttributeNames: { '#tickets': countOf(booking.tierId) },
        ExpressionAttributeValues: { ':quantity': booking.quantity, ':room': room },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    },
  };
}

/** Takes a cancelled booking off its buyer's count. */
export function uncountPurchase(booking: Booking): Action<'purchases'> {
  return {
    name: 'purchases',
    item: {
      Update: {
        TableName: tableName(),
        Key: keys.purchasesKey(booking.userId, booking.eventId),
        UpdateExpression: 'ADD #tickets :less',
        ConditionExpression: '#tickets >= :quantity',
        ExpressionAttributeNames: { '#tickets': countOf(booking.tierId) },
        ExpressionAttributeValues: { ':less': -booking.quantity, ':quantity': booking.quantity },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    },
  };
}

/** Tickets of the tier that the buyer has, from the item that refused a `countPurchase`. */
export function purchasedOf(item: Item | undefined, tierId: string): number {
  return Number(item?.[countOf(tierId)] ?? 0);
}
