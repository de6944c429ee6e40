import { DomainError, isDomainError } from '../domain/errors.ts';
import type { Event, Tier } from '../domain/event.ts';
import type { RatePolicy } from '../domain/rate.ts';
import {
  emptyWaitlist,
  type Place,
  type PlaceView,
  placeView,
  type Waiting,
  type Waitlist,
} from '../domain/waitlist.ts';
import { checkNotDeleted, noAccess } from './access-store.ts';
import { freeExpiredHolds } from './draw.ts';
import { findAnswer, type Idempotent, keepAnswer, replay } from './idempotency-store.ts';
import { knownEvents, soldOutTiers } from './instance-memory.ts';
import { beginWaiting, checkRules, readShards, shardOf } from './inventory-store.ts';
import { tierKey } from './keys.ts';
import { afterRefusal, countPurchase, limitsTickets, purchaseRules } from './purchase-store.ts';
import { countWithAccess, isShutOut } from './rate-access.ts';
import { countAt, learn, type RateCount } from './rate-counts.ts';
import { type SaleOrder, saleFor } from './sale-for.ts';
import { type Action, attempt, type Item, Patience } from './transact.ts';
import { countJoined, getWaitlist, placeOf, putEntry, putPlace, waitlistOf } from './waitlist-items.ts';
import { lineOf } from './waitlist-store.ts';

export interface JoinOrder extends SaleOrder {
  /** The same id for the same request, so that a repeated run finds its own place. */
  joinId: string;
  userId: string;
  /** How many waitlists the person may join within a time. */
  rate?: RatePolicy | undefined;
  idempotent?: Idempotent | undefined;
  remainingMs: () => number;
}

export interface Joined {
  place: PlaceView;
  /** True where an earlier request with the same Idempotency-Key made it. */
  replayed: boolean;
}

/**
 * Puts a person in line for seats of a tier, where nothing is left of it or others wait already. The first in line
 * stops direct bookings by the same transaction.
 *
 * @throws {DomainError} not-found, validation-error, seats-available, already-waiting, waitlist-closed, sale-not-open,
 *   event-cancelled, purchase-limit, rate-limited, idempotency-key-reused, unauthenticated, busy
 */
export async function joinWaitlist(order: JoinOrder): Promise<Joined> {
  try {
    return await joinAnew(order);
  } catch (error) {
    const isRefusal = isDomainError(error) && error.code !== 'busy' && error.code !== 'idempotency-key-reused';
    const place = isRefusal && order.idempotent && (await findAnswer<PlaceView>(order.idempotent));
    if (place) return { place, replayed: true };
    throw error;
  }
}

async function joinAnew(order: JoinOrder): Promise<Joined> {
  const patience = new Patience(order.remainingMs);
  let known: Waitlist | undefined;
  let count: RateCount | undefined;
  for (;;) {
    const { event, tier } = await openSaleFor(order);
    const ref = { eventId: event.eventId, tierId: tier.tierId };
    const list = known ?? (await getWaitlist(ref)) ?? emptyWaitlist;
    known = undefined;
    if (list.waiting === 0 && !(await checkNothingLeft(event, tier, order))) {
      knownEvents.delete(event.eventId);
      await patience.beforeRetry(new Error('the rules of the sale keep changing'));
      continue;
    }

    const place = newPlace(order, event, tier, list);
    const view = placeView(place, { position: list.waiting + 1, size: list.waiting + 1 });
    count = order.rate && countAt(order.rate, Date.parse(place.joinedAt), count);
    const outcome = await attempt<string>(actionsOf({ order, event, tier, list, place, view, count }));
    if (outcome.kind === 'committed') {
      soldOutTiers.delete(tierKey(event.eventId, tier.tierId));
      return { place: view, replayed: false };
    }
    if (outcome.kind !== 'refused') {
      await patience.beforeRetry(outcome.error);
      continue;
    }
    const { refused } = outcome;
    const access = refused.get('access');
    if (refused.has('access') && (!access || isShutOut(access, undefined))) throw noAccess();
    const earlier = await earlierAnswer(order, refused);
    if (earlier) return earlier;
    if (rulesChanged(tier, refused)) knownEvents.delete(event.eventId);
    else if (refused.has('purchases')) {
      afterRefusal(refused.get('purchases'), place, purchaseRules(event, tier));
    }
    if (access && count) count = learn(access, count);
    // Others joined or left meanwhile, or a seat became free.
    const current = refused.get('waitlist');
    known = current && waitlistOf(current);
    await patience.beforeRetry(new Error('the line keeps changing'));
  }
}

/** A sale that is over closes its waitlist: the same moment, told as such. */
async function openSaleFor(order: JoinOrder): Promise<{ event: Event; tier: Tier }> {
  try {
    return await saleFor(order);
  } catch (error) {
    if (!isDomainError(error, 'sale-closed')) throw error;
    const { saleClosesAt: closedAt } = error.details;
    throw new DomainError('waitlist-closed', `The waitlist closed at ${closedAt}.`, { closedAt }, { cause: error });
  }
}

/**
 * @returns false where seats are left by other rules than those of `tier`: a cancelled event has many of them
 * @throws {DomainError} seats-available, also where they are those of holds that just expired
 */
async function checkNothingLeft(event: Event, tier: Tier, order: JoinOrder): Promise<boolean> {
  for (;;) {
    const shards = (await readShards(event.eventId, [tier])).get(tier.tierId) ?? [];
    const available = shards.reduce((sum, shard) => sum + shard.available, 0);
    if (available > 0) {
      if (shards.some(({ ruleVersion }) => ruleVersion !== tier.ruleVersion)) return false;
      const seats = available === 1 ? '1 seat is' : `${available} seats are`;
      throw new DomainError('seats-available', `${seats} available: book instead.`, { available });
    }
    const freed = shards.some(({ held }) => held > 0) && (await freeExpiredHolds(event, tier, order));
    if (!freed) return true;
  }
}

function newPlace(order: JoinOrder, event: Event, tier: Tier, list: Waitlist): Place {
  return {
    eventId: event.eventId,
    tierId: tier.tierId,
    userId: order.userId,
    quantity: order.quantity,
    seq: list.nextSeq,
    counted: limitsTickets(purchaseRules(event, tier)),
    joinedAt: new Date().toISOString(),
    status: 'WAITING',
    joinId: order.joinId,
  };
}

interface Joining {
  order: JoinOrder;
  event: Event;
  tier: Tier;
  list: Waitlist;
  place: Place;
  view: PlaceView;
  count: RateCount | undefined;
}

function actionsOf({ order, event, tier, list, place, view, count }: Joining): Action[] {
  const { joinId: _joinId, status: _status, ...waiting } = place;
  const { ruleVersion, shards } = tier;
  const { joinedAt: now, seq } = place;
  const fitsLeftOver = list.waiting > 0 && list.leftOver !== undefined && place.quantity <= list.leftOver.available;
  return [
    ...(order.idempotent ? [keepAnswer(order.idempotent, view, Date.parse(now))] : []),
    count ? countWithAccess(checkNotDeleted(order.userId), count) : checkNotDeleted(order.userId),
    putPlace(place),
    ...putEntry({ ...(waiting satisfies Waiting), eventName: event.name, status: 'WAITING', updatedAt: now }),
    countJoined(list, place, fitsLeftOver),
    ...(place.counted ? [countPurchase(place, purchaseRules(event, tier))] : []),
    ...(list.waiting === 0
      ? Array.from({ length: shards }, (_, shard) => beginWaiting(place, shard, ruleVersion, now))
      : [checkRules(place, seq % shards, ruleVersion)]),
  ];
}

/** What an earlier run of this request, or one with its key, has answered. */
async function earlierAnswer(
  order: JoinOrder,
  refused: ReadonlyMap<string, Item | undefined>,
): Promise<Joined | undefined> {
  if (order.idempotent && refused.has('idempotency')) {
    return { place: replay<PlaceView>(order.idempotent, refused.get('idempotency')), replayed: true };
  }
  const item = refused.get('place');
  if (!item) return undefined;
  const place = placeOf(item);
  if (place.joinId !== order.joinId) {
    throw new DomainError('already-waiting', 'You have a place in this waitlist already.', { tierId: place.tierId });
  }
  const list = (await getWaitlist(place)) ?? emptyWaitlist;
  return { place: placeView(place, await lineOf(place, list)), replayed: false };
}

function rulesChanged(tier: Tier, refused: ReadonlyMap<string, Item | undefined>): boolean {
  return [...refused].some(
    ([name, item]) => name.startsWith('shard:') && (!item || shardOf(item).ruleVersion !== tier.ruleVersion),
  );
}
