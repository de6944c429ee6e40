import { notFound } from '../domain/errors.ts';
import type { Event, Tier } from '../domain/event.ts';
import { limits } from '../domain/limits.ts';
import { saleClosesAt } from '../domain/sale.ts';
import { blockOf, type Place, type PlaceView, placeView, type Waitlist } from '../domain/waitlist.ts';
import { getEvent } from './event-store.ts';
import { soldOutTiers } from './instance-memory.ts';
import { endWaiting, readShards, type TierRef } from './inventory-store.ts';
import * as keys from './keys.ts';
import { uncountPurchase } from './purchase-store.ts';
import { getItem, queryItems } from './read.ts';
import { type Action, Patience, transact } from './transact.ts';
import {
  askAgain,
  checkNobodyWaits,
  countEnded,
  endEntry,
  getWaitlist,
  listWaiting,
  placeOf,
} from './waitlist-items.ts';

/** Whether nobody in line for the tier is given seats any more. @param now RFC 3339, UTC */
export function isOver(event: Event, tier: Tier, now: string): boolean {
  return event.status !== 'PUBLISHED' || now >= saleClosesAt(event, tier);
}

/**
 * A person's places in the waitlists of an event, one a tier.
 *
 * @throws {DomainError} not-found where the event is none, busy
 */
export async function getPlaces(userId: string, eventId: string, remainingMs: () => number): Promise<PlaceView[]> {
  const [event, { items }] = await Promise.all([
    getEvent(eventId),
    queryItems({
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: {
        ':pk': keys.waitlistPlaceKey(userId, eventId, '').pk,
        ':prefix': keys.waitlistPlacePrefix(eventId),
      },
      ConsistentRead: true,
    }),
  ]);
  if (!event || event.status === 'DRAFT') throw notFound();
  return Promise.all(items.map(placeOf).map((place) => showPlace(event, place, remainingMs)));
}

async function showPlace(event: Event, place: Place, remainingMs: () => number): Promise<PlaceView> {
  if (place.status !== 'WAITING') return placeView(place, undefined);
  const list = await getWaitlist(place);
  const tier = event.tiers.find(({ tierId }) => tierId === place.tierId);
  const now = Date.now();
  if (list && tier && !isOver(event, tier, new Date(now).toISOString())) {
    return placeView(place, await lineOf(place, list));
  }
  // No seat moves any more that would tell the worker to close the list, so the first who asks does.
  if (list && (list.again === undefined || now - Date.parse(list.again) > limits.waitlistAskAgainMs)) {
    await transact([askAgain(place, new Date(now).toISOString())], new Patience(remainingMs));
  }
  return placeView(place, undefined);
}

/**
 * Where somebody stands, 1 for who is next, and how many wait. The blocks before are counted already, and of the own
 * one at most so many items are read.
 *
 * @throws {DomainError} busy
 */
export async function lineOf(place: Place, list: Waitlist): Promise<{ position: number; size: number }> {
  const { eventId, tierId, seq } = place;
  const block = blockOf(seq);
  const { items } = await queryItems({
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :own',
    FilterExpression: '#status = :waiting',
    ProjectionExpression: 'seq',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: {
      ':pk': keys.tierKey(eventId, tierId),
      ':first': keys.waitlistEntryKey(eventId, tierId, block * limits.waitlistBlockEntries).sk,
      ':own': keys.waitlistEntryKey(eventId, tierId, seq).sk,
      ':waiting': 'WAITING',
    },
    ConsistentRead: true,
  });
  const before = [...list.byBlock].reduce((sum, [n, count]) => (n < block ? sum + count : sum), 0);
  const position = before + Math.max(items.length, 1);
  return { position, size: Math.max(position, list.waiting) };
}

/**
 * Leaves a waitlist. The worker opens the sale again when the last one has left.
 *
 * @throws {DomainError} not-found for who is not in line; busy
 */
export async function leaveWaitlist(userId: string, ref: TierRef, remainingMs: () => number): Promise<void> {
  const item = await getItem(keys.waitlistPlaceKey(userId, ref.eventId, ref.tierId));
  const place = item && placeOf(item);
  if (place?.status !== 'WAITING') throw notFound();
  const now = new Date(Math.max(Date.now(), Date.parse(place.joinedAt) + 1)).toISOString();
  const refused = await transact<string>(
    [
      ...endEntry(place, { status: 'LEFT', updatedAt: now }),
      countEnded(ref, [place]),
      ...(place.counted ? [uncountPurchase(place)] : []),
    ],
    new Patience(remainingMs),
  );
  const entry = refused.get('entry');
  // A repetition after a lost answer finds its own change; anybody else was promoted meanwhile, or left before.
  const isOwn = entry?.status === 'LEFT' && entry.updatedAt === now;
  if (refused.size > 0 && !isOwn) throw notFound();
}

/**
 * Lets everybody book again, if nobody waits any more.
 *
 * @returns false where somebody waits
 * @throws {DomainError} busy
 */
export async function reopenSale(event: Event, tier: Tier, remainingMs: () => number): Promise<boolean> {
  const ref = { eventId: event.eventId, tierId: tier.tierId };
  const shards = (await readShards(event.eventId, [tier])).get(tier.tierId) ?? [];
  if (!shards.some(({ waiting }) => waiting)) return true;
  const now = new Date().toISOString();
  const actions: Action[] = [checkNobodyWaits(ref), ...shards.map(({ shard }) => endWaiting(ref, shard, now))];
  const refused = await transact(actions, new Patience(remainingMs));
  soldOutTiers.delete(keys.tierKey(event.eventId, tier.tierId));
  return refused.size === 0;
}

/**
 * Closes a waitlist: everybody in line leaves it with nothing, so many at a time. It goes on where an earlier call
 * stopped, and does nothing where nobody waits. New entries must be impossible: the sale closed or the event cancelled.
 *
 * @returns false where time ran out before the end: call it again
 * @throws {DomainError} busy
 */
export async function closeWaitlist(eventId: string, tierId: string, remainingMs: () => number): Promise<boolean> {
  const ref = { eventId, tierId };
  const patience = new Patience(remainingMs);
  const event = await getEvent(eventId);
  for (;;) {
    const chunk = await listWaiting(ref, limits.waitlistEntriesPerClosing);
    if (chunk.length === 0) break;
    if (remainingMs() < limits.promotionReserveMs) return false;
    const updatedAt = new Date().toISOString();
    const cancelledAt = event?.cancelledAt;
    const ending = { status: 'CLOSED', updatedAt, ...(cancelledAt && { eventCancelledAt: cancelledAt }) } as const;
    const refused = await transact<string>(
      [
        ...chunk.flatMap((waiting) => endEntry(waiting, ending)),
        countEnded(ref, chunk),
        ...chunk.filter(({ counted }) => counted).map((waiting) => uncountPurchase(waiting)),
      ],
      patience,
    );
    // Somebody left meanwhile: the others are read anew.
    if (refused.size > 0) await patience.beforeRetry(new Error('the line keeps changing'));
  }
  const tier = event?.tiers.find((candidate) => candidate.tierId === tierId);
  if (event && tier) await reopenSale(event, tier, remainingMs);
  return true;
}
