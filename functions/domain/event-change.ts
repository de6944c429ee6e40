import { DomainError, invalid } from './errors.ts';
import {
  checkBetweenFields,
  type Event,
  type EventInput,
  type EventPatch,
  type Tier,
  type TierInput,
} from './event.ts';
import { allocateShards } from './inventory.ts';
import { limits } from './limits.ts';
import { saleClosesAt } from './sale.ts';

/** Who changes an event, and when. */
export interface Change {
  changeId: string;
  now: string;
}

const bookingPartitions = (tiers: readonly Tier[]): number =>
  Math.ceil(tiers.reduce((sum, tier) => sum + tier.shards, 0) / limits.shardsPerBookingPartition);

/** A first version, with the numbers of shards that its tiers keep for good. */
export function newEvent(input: EventInput, ids: { eventId: string; organizerId: string }, change: Change): Event {
  const shards = allocateShards(
    input.tiers.map(({ capacity }) => capacity),
    { tiers: 0, shards: 0 },
  );
  const tiers = input.tiers.map((tier, index) => ({ ...tier, shards: shards[index] ?? 1, ruleVersion: 1 }));
  return {
    ...input,
    ...ids,
    tiers,
    bookingPartitions: bookingPartitions(tiers),
    version: 1,
    changeId: change.changeId,
    createdAt: change.now,
    updatedAt: change.now,
  };
}

/** What becomes of the tiers of an event. */
export interface EventChange {
  event: Event;
  added: Tier[];
  removed: Tier[];
  /** Tiers whose shards must change: another capacity or other rules. `unsold`: only without any booking. */
  changed: { before: Tier; after: Tier; unsold: boolean }[];
}

/**
 * Applies a patch; `tiers`, where given, is the whole list.
 *
 * @throws {DomainError} validation-error between patched and kept fields; invalid-state for a step back from published
 */
export function changeEvent(before: Event, patch: EventPatch, change: Change): EventChange {
  if (before.status === 'CANCELLED' || (patch.status === 'DRAFT' && before.status !== 'DRAFT')) {
    const detail = `The event is ${before.status}; only a draft can be a draft again.`;
    throw new DomainError('invalid-state', detail, { state: before.status });
  }
  const version = before.version + 1;
  const patched = Object.entries({ ...before, ...patch }).filter(([, value]) => value !== undefined && value !== null);
  const merged = {
    ...(Object.fromEntries(patched) as unknown as Event),
    tiers: before.tiers,
    version,
    changeId: change.changeId,
    updatedAt: change.now,
  };
  const { tiers, added } = mergeTiers(before.tiers, patch.tiers ?? before.tiers, version);
  const after: Event = { ...merged, tiers };
  checkBetweenFields(after, (path, message) => {
    throw invalid(path.join('.'), message);
  });
  const changed: EventChange['changed'] = [];
  after.tiers = tiers.map((tier) => {
    const old = before.tiers.find(({ tierId }) => tierId === tier.tierId);
    if (!old) return tier;
    const sameRules = rulesKey(before, old) === rulesKey(after, tier);
    const next = { ...tier, ruleVersion: sameRules ? old.ruleVersion : version };
    if (!sameRules || old.capacity !== next.capacity) {
      changed.push({ before: old, after: next, unsold: old.currency !== next.currency });
    }
    return next;
  });
  after.bookingPartitions = Math.max(before.bookingPartitions, bookingPartitions(after.tiers));
  const removed = before.tiers.filter((old) => !tiers.some(({ tierId }) => tierId === old.tierId));
  return { event: after, added, removed, changed };
}

/**
 * Cancels an event: from then on no shard of it sells.
 *
 * @throws {DomainError} invalid-state for a draft, which can be deleted
 */
export function cancelEvent(before: Event, change: Change): EventChange {
  if (before.status !== 'PUBLISHED') {
    const detail = `The event is ${before.status}; only a published one is cancelled, a draft is deleted.`;
    throw new DomainError('invalid-state', detail, { state: before.status });
  }
  const version = before.version + 1;
  const tiers = before.tiers.map((tier) => ({ ...tier, ruleVersion: version }));
  const event: Event = {
    ...before,
    status: 'CANCELLED',
    cancelledAt: change.now,
    tiers,
    version,
    changeId: change.changeId,
    updatedAt: change.now,
  };
  const changed = tiers.map((after, index) => ({ before: before.tiers[index] ?? after, after, unsold: false }));
  return { event, added: [], removed: [], changed };
}

function mergeTiers(before: readonly Tier[], wanted: readonly TierInput[], version: number) {
  const kept = before.filter((old) => wanted.some(({ tierId }) => tierId === old.tierId));
  const fresh = wanted.filter((tier) => !before.some(({ tierId }) => tierId === tier.tierId));
  const shards = allocateShards(
    fresh.map(({ capacity }) => capacity),
    { tiers: kept.length, shards: kept.reduce((sum, tier) => sum + tier.shards, 0) },
  );
  const added: Tier[] = fresh.map((tier, index) => ({ ...tier, shards: shards[index] ?? 1, ruleVersion: version }));
  const tiers = wanted.map((tier) => {
    const old = kept.find(({ tierId }) => tierId === tier.tierId);
    const created = added.find(({ tierId }) => tierId === tier.tierId);
    return created ?? { ...tier, shards: old?.shards ?? 1, ruleVersion: old?.ruleVersion ?? version };
  });
  return { tiers, added };
}

/** Everything that a booking must not be made against an old value of. */
function rulesKey(event: Event, tier: Tier): string {
  return JSON.stringify([
    event.status,
    event.maxPerUser,
    tier.price,
    tier.currency,
    tier.saleOpensAt,
    saleClosesAt(event, tier),
    tier.maxPerBooking,
    tier.maxPerUser,
  ]);
}
