import type { Shard } from '../../../functions/domain/inventory.ts';
import type { Change, Commit, Item } from './commits.ts';
import type { Finding } from './finding.ts';
import { countedOf, entriesOf, eventOf, type Moment, shardsOf } from './moments.ts';

/**
 * What has to hold for a commit by itself, beside what has to hold for the table after it.
 *
 * @param moment after the commit
 */
export function faultsOfCommit(commit: Commit, moment: Moment): Finding[] {
  const { changes } = commit;
  const as = (rule: string, messages: readonly string[]) => messages.map((message) => ({ rule, message }));
  return [
    ...as('hold', changes.flatMap(lateConfirmation)),
    ...as('shard', changes.flatMap(shardFaults)),
    ...as('kept for the line', [
      ...waitingFaults(commit, moment),
      ...changes.flatMap((change) => pushingFaults(change, moment)),
    ]),
    ...as(
      'sale over',
      changes.flatMap((change) => saleFaults(change, moment)),
    ),
    ...as(
      'limit',
      changes.flatMap((change) => limitFaults(change, moment)),
    ),
    ...as('ends once', changes.flatMap(endFaults)),
  ];
}

/** A hold is sold to its buyer before it ends, or never. */
function lateConfirmation({ key, before, after }: Change): string[] {
  if (before?.status !== 'HELD' || after?.status !== 'CONFIRMED') return [];
  if (String(after.confirmedAt) < String(before.holdExpiresAt)) return [];
  return [`${key} ended at ${before.holdExpiresAt} and was confirmed at ${after.confirmedAt}`];
}

function shardFaults({ key, after }: Change): string[] {
  if (!after || !key.endsWith(' / INVENTORY')) return [];
  const { available, held, sold, capacity } = after as unknown as Shard;
  const isWhole = available + held + sold === capacity && Math.min(available, held, sold) >= 0;
  return isWhole ? [] : [`${key}: available ${available}, held ${held}, sold ${sold} of ${capacity}`];
}

/** While somebody waits, every shard keeps its seats for those in line. */
function waitingFaults(commit: Commit, moment: Moment): string[] {
  const eventIds = new Set(commit.changes.flatMap(({ key }) => /^EVENT#([^#]+)#TIER#/.exec(key)?.[1] ?? []));
  return [...eventIds].flatMap((eventId) => {
    const waits = entriesOf(moment, eventId).some(({ status }) => status === 'WAITING');
    const keeps = shardsOf(moment, eventId).every(({ waiting }) => waiting);
    return waits && !keeps ? [`${eventId}: somebody waits, and a shard sells to others`] : [];
  });
}

/** While somebody waits, seats go to those in line alone. */
function pushingFaults({ key, before, after }: Change, moment: Moment): string[] {
  if (!after || before !== undefined || !isBooking(key) || after.promoted === true) return [];
  const waits = entriesOf(moment, String(after.eventId)).some(({ status }) => status === 'WAITING');
  return waits ? [`${key} has seats that others wait for`] : [];
}

/** Nothing is sold of a cancelled event, nor held; and no booking, hold or promotion is made after the sale closed. */
function saleFaults({ key, before, after }: Change, moment: Moment): string[] {
  if (!after || !isBooking(key) || !isTaken(after) || before?.status === after.status) return [];
  const event = eventOf(moment, String(after.eventId));
  const closesAt = String(tierOf(event)?.saleClosesAt ?? event?.startsAt);
  const isLate = before === undefined && String(after.createdAt) >= closesAt;
  return [
    ...(event?.status === 'CANCELLED' ? [`${key} is ${after.status} though its event is cancelled`] : []),
    ...(isLate ? [`${key} was made at ${after.createdAt}, the sale closed at ${closesAt}`] : []),
  ];
}

/** Nobody has more than the limit of bookings, holds and wishes in the line together. */
function limitFaults({ key, before, after }: Change, moment: Moment): string[] {
  if (!after || before !== undefined || !(isBooking(key) || after.status === 'WAITING')) return [];
  const [eventId, userId] = [String(after.eventId), String(after.userId)];
  const limit = tierOf(eventOf(moment, eventId))?.maxPerUser;
  const counted = countedOf(moment, eventId, userId);
  return limit !== undefined && counted > limit ? [`${userId} has ${counted}, ${limit} is the limit`] : [];
}

/** What is over stays over. */
function endFaults({ key, before, after }: Change): string[] {
  if (before?.status === after?.status || !(isBooking(key) || key.includes(' / WAITLIST#'))) return [];
  const isOver = ['CANCELLED', 'EXPIRED', 'PROMOTED', 'LEFT'].includes(String(before?.status));
  return isOver ? [`${key} was ${before?.status}, and becomes ${after?.status}`] : [];
}

const tierOf = (event: Item | undefined) =>
  ((event?.tiers ?? []) as { maxPerUser?: number; saleClosesAt?: string }[])[0];
const isBooking = (key: string): boolean => key.includes(' / BOOKING#');
const isTaken = (item: Item): boolean => item.status === 'HELD' || item.status === 'CONFIRMED';

/** A promotion of somebody, although an earlier one in line may have fitted. */
export interface Overtaking {
  readonly key: string;
  readonly eventId: string;
  /** Since when the worker's run lasts: it may have looked at any moment from then on. */
  readonly since: number;
  readonly earlier: readonly { readonly seq: number; readonly quantity: number }[];
}

/** @param moment after the commit */
export function overtakingsOf({ changes, origin }: Commit, moment: Moment): Overtaking[] {
  return changes.flatMap(({ key, before, after }) => {
    if (before?.status !== 'WAITING' || after?.status !== 'PROMOTED') return [];
    const eventId = String(after.eventId);
    const earlier = entriesOf(moment, eventId)
      .filter(({ status, seq }) => status === 'WAITING' && Number(seq) < Number(after.seq))
      .map(({ seq, quantity }) => ({ seq: Number(seq), quantity: Number(quantity) }));
    return earlier.length > 0 ? [{ key, eventId, since: origin.startedAt, earlier }] : [];
  });
}
