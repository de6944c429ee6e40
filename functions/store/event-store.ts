import { DomainError, notFound } from '../domain/errors.ts';
import type { Event, Tier } from '../domain/event.ts';
import type { EventChange } from '../domain/event-change.ts';
import { planCapacity, type Shard, splitEvenly } from '../domain/inventory.ts';
import { limits } from '../domain/limits.ts';
import { checkNotDeleted, noAccess } from './access-store.ts';
import { tableName } from './client.ts';
import { type Idempotent, keepAnswer, replay } from './idempotency-store.ts';
import { changeShard, createShard, deleteShard, readShards, rulesOf, shardName, shardOf } from './inventory-store.ts';
import * as keys from './keys.ts';
import { getItem } from './read.ts';
import { type Action, type Item, Patience, transact } from './transact.ts';

export function eventOf(item: Item): Event {
  const { pk: _pk, sk: _sk, gsi1pk: _gsi1pk, gsi1sk: _gsi1sk, search: _search, ...rest } = item;
  const { changedBy: _by, seatChanges: _seats, ...event } = rest;
  return event as unknown as Event;
}

/** Strongly consistent; undefined where there is none. @throws {DomainError} busy */
export async function getEvent(eventId: string): Promise<Event | undefined> {
  const item = await getItem(keys.eventKey(eventId));
  return item && eventOf(item);
}

/** Text in the form in which it is searched: lower case, no marks. */
export const searchable = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

function itemOf(event: Event): Item {
  const { name, description, venue, category } = event;
  return {
    ...keys.eventKey(event.eventId),
    ...(event.status === 'PUBLISHED' && { gsi1pk: keys.publishedEvents, gsi1sk: keys.publishedEventSort(event) }),
    ...event,
    search: {
      text: searchable([name, description, venue.name, venue.city, category].filter(Boolean).join('\n')),
      category: category && searchable(category),
      city: venue.city && searchable(venue.city),
    },
  };
}

const tierRef = (event: Event, tier: Tier) => ({ eventId: event.eventId, tierId: tier.tierId });

function createShards(event: Event, tier: Tier): Action[] {
  const rules = rulesOf(event, tier);
  return splitEvenly(tier.capacity, tier.shards).map((seats, shard) =>
    createShard(tierRef(event, tier), shard, seats, rules, event.updatedAt),
  );
}

const deleteShards = (event: Event, tier: Tier): Action[] =>
  Array.from({ length: tier.shards }, (_, shard) => deleteShard(tierRef(event, tier), shard));

/**
 * Creates an event with all its shards and keeps `answer` for its idempotency key, in one transaction. An event that
 * exists with the same id was made by an earlier run of the same request.
 *
 * @param options.personId who creates it, where that is a person: nobody who is being deleted does
 * @returns the first answer, and whether it comes from an earlier request with the same key
 * @throws {DomainError} idempotency-key-reused, unauthenticated, busy
 */
export async function createEvent<Answer>(
  event: Event,
  answer: Answer,
  options: { idempotent?: Idempotent | undefined; personId?: string | undefined; remainingMs: () => number },
): Promise<{ answer: Answer; replayed: boolean }> {
  const { idempotent } = options;
  const { eventId, organizerId } = event;
  const owned = keys.ownedEventKey(organizerId, eventId);
  const actions: Action[] = [
    ...(idempotent ? [keepAnswer(idempotent, answer, Date.now())] : []),
    ...(options.personId ? [checkNotDeleted(options.personId)] : []),
    put('event', itemOf(event), { ConditionExpression: 'attribute_not_exists(pk)' }),
    put('owned', { ...owned, gsi1pk: keys.allEvents, gsi1sk: eventId, eventId, organizerId }),
    ...event.tiers.flatMap((tier) => createShards(event, tier)),
  ];
  const refused = await transact<string>(actions, new Patience(options.remainingMs));
  if (refused.has('access')) throw noAccess();
  if (idempotent && refused.has('idempotency')) {
    return { answer: replay<Answer>(idempotent, refused.get('idempotency')), replayed: true };
  }
  return { answer, replayed: false };
}

function put(name: string, item: Item, condition: object = {}): Action {
  return {
    name,
    item: { Put: { TableName: tableName(), Item: item, ReturnValuesOnConditionCheckFailure: 'ALL_OLD', ...condition } },
  };
}

/**
 * Writes a changed event and every shard that it concerns, in one transaction.
 *
 * @param expectedVersion the version that the change was made from
 * @throws {DomainError} precondition-failed, capacity-too-low, event-has-bookings, busy
 */
export async function updateEvent(
  change: EventChange,
  expectedVersion: number,
  remainingMs: () => number,
): Promise<void> {
  const patience = new Patience(remainingMs);
  for (;;) {
    const refused = await transact<string>(await changeActions(change, expectedVersion), patience);
    const current = refused.get('event');
    if (refused.size === 0 || current?.changeId === change.event.changeId) return;
    if (refused.has('event')) throw stale(current);
    const sold = soldTier(refused, change);
    if (sold) throw hasBookings(sold.tierId);
    // Seats were sold while the capacity was planned: plan again with what is left.
    await patience.beforeRetry(new Error('seats are sold faster than the capacity can be changed'));
  }
}

async function changeActions(change: EventChange, expectedVersion: number): Promise<Action[]> {
  const { event } = change;
  const shards = await readShards(
    event.eventId,
    change.changed.map(({ before }) => before),
  );
  /** What the capacity of each shard becomes more or less by: nothing else tells it to who reads the audit trail. */
  const seatChanges: Record<string, Record<string, number>> = {};
  const changed = change.changed.flatMap(({ before, after, unsold }) => {
    const current = shards.get(before.tierId) ?? [];
    const seats = planCapacity(after.tierId, current, after.capacity);
    const rules = rulesOf(event, after);
    if (seats.size > 0) seatChanges[after.tierId] = Object.fromEntries(seats);
    const sameRules = before.ruleVersion === after.ruleVersion;
    return current
      .filter(({ shard }) => !sameRules || seats.has(shard))
      .map(({ shard }) => {
        const shardChange = { shard, seats: seats.get(shard) ?? 0, rules, unsold };
        return changeShard(tierRef(event, after), shardChange, event.updatedAt);
      });
  });
  const item = {
    ...itemOf(event),
    ...(Object.keys(seatChanges).length > 0 && { seatChanges: { version: event.version, tiers: seatChanges } }),
  };
  return [
    put('event', item, {
      ConditionExpression: '#version = :expected',
      ExpressionAttributeNames: { '#version': 'version' },
      ExpressionAttributeValues: { ':expected': expectedVersion },
    }),
    ...changed,
    ...change.added.flatMap((tier) => createShards(event, tier)),
    ...change.removed.flatMap((tier) => deleteShards(event, tier)),
  ];
}

/** The tier that had to be without bookings, and is not. */
function soldTier(refused: ReadonlyMap<string, Item | undefined>, change: EventChange): Tier | undefined {
  const unsold = [...change.removed, ...change.changed.filter((tier) => tier.unsold).map(({ before }) => before)];
  return unsold.find((tier) =>
    Array.from({ length: tier.shards }, (_, shard) => refused.get(shardName(tier.tierId, shard))).some(
      (item) => item !== undefined && wasSold(shardOf(item)),
    ),
  );
}

const wasSold = ({ bookings, holds }: Shard): boolean => bookings + holds > 0;

function stale(current: Item | undefined): DomainError {
  if (!current) return notFound();
  const currentETag = `"${eventOf(current).version}"`;
  return new DomainError('precondition-failed', 'The event changed since you read it.', { currentETag });
}

function hasBookings(tierId?: string): DomainError<'event-has-bookings'> {
  const what = tierId === undefined ? 'The event' : `Tier ${tierId}`;
  return new DomainError('event-has-bookings', `${what} has had bookings already.`, tierId ? { tierId } : {});
}

/** The stream tells that an item is gone, and not who removed it. Kept for as long as the message may be under way. */
function noteDeletion(eventId: string): Action {
  const nowMs = Date.now();
  return put('deleted', {
    ...keys.deletedEventKey(eventId),
    deletedAt: new Date(nowMs).toISOString(),
    expiresAt: Math.floor(nowMs / 1_000) + limits.continuationTtlSeconds,
  });
}

/**
 * Deletes an event with all its shards, if it never had a booking.
 *
 * @throws {DomainError} event-has-bookings, busy; not-found where it went meanwhile
 */
export async function deleteEvent(event: Event, remainingMs: () => number): Promise<void> {
  const remove = (name: string, key: keys.Key, condition: object = {}): Action => ({
    name,
    item: {
      Delete: { TableName: tableName(), Key: key, ReturnValuesOnConditionCheckFailure: 'ALL_OLD', ...condition },
    },
  });
  const refused = await transact<string>(
    [
      remove('event', keys.eventKey(event.eventId), {
        ConditionExpression: '#version = :expected',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: { ':expected': event.version },
      }),
      remove('owned', keys.ownedEventKey(event.organizerId, event.eventId)),
      noteDeletion(event.eventId),
      ...event.tiers.flatMap((tier) => deleteShards(event, tier)),
    ],
    new Patience(remainingMs),
  );
  if (refused.size === 0) return;
  if (refused.has('event')) throw stale(refused.get('event'));
  throw hasBookings();
}
