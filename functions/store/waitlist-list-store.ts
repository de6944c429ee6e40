import type { Event } from '../domain/event.ts';
import { limits } from '../domain/limits.ts';
import { emptyWaitlist, entryView, type WaitlistEntryView, type WaitlistStatus } from '../domain/waitlist.ts';
import type { Listing, PageRequest } from './event-list-store.ts';
import * as keys from './keys.ts';
import { queryItems } from './read.ts';
import { entryOf, getWaitlist } from './waitlist-items.ts';

interface Filter {
  tierId?: string | undefined;
  status?: WaitlistStatus | undefined;
}

/**
 * Entries of an event's waitlists: tier by tier, in the order in which people joined.
 *
 * @throws {DomainError} busy
 */
export async function listEntries(
  event: Event,
  filter: Filter,
  page: PageRequest,
): Promise<Listing<WaitlistEntryView>> {
  // Where the page before ended: a tier, and an entry of it.
  const [afterTier, afterSeq] = page.after?.split('#') ?? [];
  const tierIds = event.tiers.map(({ tierId }) => tierId);
  const start = Math.max(afterTier === undefined ? 0 : tierIds.indexOf(afterTier), 0);
  const budget = { left: limits.examinedPerPageItems };
  const items: WaitlistEntryView[] = [];
  for (const tierId of tierIds.slice(start)) {
    if (filter.tierId !== undefined && tierId !== filter.tierId) continue;
    const after = tierId === afterTier ? Number(afterSeq) : 0;
    const found = await entriesOf({
      event,
      tierId,
      status: filter.status,
      after,
      count: page.limit - items.length,
      budget,
    });
    items.push(...found.entries);
    if (found.last !== undefined) return { items, position: `${tierId}#${found.last}` };
  }
  return { items };
}

interface Part {
  event: Event;
  tierId: string;
  status: WaitlistStatus | undefined;
  after: number;
  count: number;
  /** Entries that may still be looked at for the page. */
  budget: { left: number };
}

/** Entries of one tier. @returns also the number of the last one looked at, where there are more */
async function entriesOf({ event, tierId, status, after, count, budget }: Part) {
  const ref = { eventId: event.eventId, tierId };
  const entries: WaitlistEntryView[] = [];
  const list = (await getWaitlist(ref)) ?? emptyWaitlist;
  let last = after;
  while (last + 1 < list.nextSeq) {
    if (entries.length >= count || budget.left <= 0) return { entries, last };
    const { items, lastKey } = await queryItems({
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
      ExpressionAttributeValues: {
        ':pk': keys.tierKey(ref.eventId, tierId),
        ':from': keys.waitlistEntryKey(ref.eventId, tierId, last + 1).sk,
        ':to': keys.waitlistEntryKey(ref.eventId, tierId, list.nextSeq - 1).sk,
      },
      Limit: status === undefined ? count - entries.length : Math.min(budget.left, limits.pageItems),
      ConsistentRead: true,
    });
    for (const entry of items.map(entryOf)) {
      last = entry.seq;
      budget.left -= 1;
      if (status === undefined || entry.status === status) entries.push(entryView(list, entry));
      if (entries.length >= count) break;
    }
    if (!lastKey && last !== undefined && entries.length < count) return { entries };
  }
  return { entries };
}
