import type { Event, Tier } from '../domain/event.ts';
import { purchaseLimit } from '../domain/sale.ts';
import { tableName } from './client.ts';
import * as keys from './keys.ts';
import { countOneMore, learn, type RateCount } from './rate-counts.ts';
import type { Action, Item } from './transact.ts';

/** The attribute that counts a tier; prefixed, since a tier may be called `pk`. */
const countPrefix = 'tickets#';
/** Counts all tiers together. */
const total = 'tickets';
const countOf = (tierId: string): string => `${countPrefix}${tierId}`;

/** A booking, a hold or a place in a waitlist. */
export interface Purchase {
  userId: string;
  eventId: string;
  tierId: string;
  quantity: number;
}

/** What a person may have of a sale: tickets of the tier and of the whole event, and holds within an hour. */
export interface PurchaseRules {
  perTier?: number | undefined;
  perEvent?: number | undefined;
  holds?: RateCount | undefined;
}

/** Whether tickets are counted at all. */
export function limitsTickets({ perTier, perEvent }: PurchaseRules): boolean {
  return perTier !== undefined || perEvent !== undefined;
}

/** The limits of a sale that stand in its event. */
export function purchaseRules(event: Pick<Event, 'maxPerUser'>, tier: Pick<Tier, 'maxPerUser'>): PurchaseRules {
  return { perTier: tier.maxPerUser, perEvent: event.maxPerUser };
}

/** Adds a purchase to its buyer's counts, if that stays within the rules. */
export function countPurchase(purchase: Purchase, rules: PurchaseRules): Action<'purchases'> {
  const { perTier, perEvent } = rules;
  const tickets = limitsTickets(rules);
  const hold = rules.holds && countOneMore(rules.holds);
  return {
    name: 'purchases',
    item: {
      Update: {
        TableName: tableName(),
        Key: keys.purchasesKey(purchase.userId, purchase.eventId),
        UpdateExpression: [
          `ADD ${[...(tickets ? ['#tickets :quantity, #total :quantity'] : []), ...(hold ? [hold.add] : [])].join(', ')}`,
          ...(hold ? [`REMOVE ${hold.remove}`] : []),
        ].join(' '),
        ConditionExpression: [
          ...(perTier === undefined ? [] : [atMost('#tickets', ':tierRoom', perTier - purchase.quantity)]),
          ...(perEvent === undefined ? [] : [atMost('#total', ':eventRoom', perEvent - purchase.quantity)]),
          ...(hold ? [hold.condition] : []),
        ].join(' AND '),
        ExpressionAttributeNames: {
          ...(tickets && { '#tickets': countOf(purchase.tierId), '#total': total }),
          ...hold?.names,
        },
        ExpressionAttributeValues: {
          ...(tickets && { ':quantity': purchase.quantity }),
          ...(perTier !== undefined && { ':tierRoom': perTier - purchase.quantity }),
          ...(perEvent !== undefined && { ':eventRoom': perEvent - purchase.quantity }),
          ...hold?.values,
        },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    },
  };
}

/** More than anybody may have is refused here too, so that the refusal tells what the person has. */
const atMost = (name: string, value: string, room: number): string =>
  room < 0 ? `${name} <= ${value}` : `(attribute_not_exists(${name}) OR ${name} <= ${value})`;

/**
 * What to do after an item has refused a `countPurchase`: count holds with what it tells of them.
 *
 * @throws {DomainError} purchase-limit, rate-limited
 */
export function afterRefusal(item: Item | undefined, purchase: Purchase, rules: PurchaseRules): RateCount | undefined {
  const { perTier, perEvent, holds } = rules;
  const { tierId, quantity } = purchase;
  const ofTier = Number(item?.[countOf(tierId)] ?? 0);
  const ofEvent = Number(item?.[total] ?? 0);
  if (perTier !== undefined && ofTier + quantity > perTier) throw purchaseLimit(perTier, ofTier, 'tier');
  if (perEvent !== undefined && ofEvent + quantity > perEvent) throw purchaseLimit(perEvent, ofEvent, 'event');
  return holds && item && learn(item, holds);
}

/** Takes a purchase that is over off its buyer's count. */
export function uncountPurchase(purchase: Purchase): Action<'purchases'> {
  return {
    name: 'purchases',
    item: {
      Update: {
        TableName: tableName(),
        Key: keys.purchasesKey(purchase.userId, purchase.eventId),
        UpdateExpression: 'ADD #tickets :less, #total :less',
        ConditionExpression: '#tickets >= :quantity',
        ExpressionAttributeNames: { '#tickets': countOf(purchase.tierId), '#total': total },
        ExpressionAttributeValues: { ':less': -purchase.quantity, ':quantity': purchase.quantity },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    },
  };
}

/** All counts of an item, by tierId. */
export function ticketsByTier(item: Item): Map<string, number> {
  const counts = Object.entries(item).filter(([name]) => name.startsWith(countPrefix));
  return new Map(counts.map(([name, tickets]) => [name.slice(countPrefix.length), Number(tickets)]));
}
