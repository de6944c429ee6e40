import { type Api, expected } from '../support/api.ts';

/** An entry of the waitlist, as the organizer sees it. */
export interface Entry {
  quantity: number;
  status: 'WAITING' | 'PROMOTED' | 'LEFT' | 'CLOSED';
  /** When it was promoted, where it was. */
  updatedAt: string;
  bookingId?: string;
}

/** @returns entries in the order in which people joined */
export async function listEntries(api: Api, eventId: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let cursor: string | undefined, first = true; first || cursor; first = false) {
    const query = `limit=100${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`;
    const answer = await api.sendAsAdmin('GET', `/admin/events/${eventId}/waitlist?${query}`);
    const page = expected<{ items: Entry[]; nextCursor?: string }>(answer, 200, 'Listing the waitlist');
    entries.push(...page.items);
    cursor = page.nextCursor;
  }
  return entries;
}

/**
 * Entries that were promoted before an earlier one which wanted no more seats: what was enough for the later one was
 * enough for that. Whoever wants more may be passed over.
 */
export function outOfOrder(entries: readonly Entry[]): number {
  return entries.filter((entry, index) => {
    if (entry.status !== 'PROMOTED') return false;
    return entries.slice(0, index).some(({ quantity, status, updatedAt }) => {
      const wasThere = status === 'WAITING' || (status === 'PROMOTED' && updatedAt > entry.updatedAt);
      return wasThere && quantity <= entry.quantity;
    });
  }).length;
}
