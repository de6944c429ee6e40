import type { Item } from '../../bench/verify/items.ts';
import * as keys from '../../functions/store/keys.ts';

interface Entry {
  userId: string;
  quantity: number;
  status: 'WAITING' | 'PROMOTED' | 'LEFT' | 'CLOSED';
  bookingId?: string;
}

/** The items of a tier's waitlist as a scan gives them, and after them the places of those who wait. */
export function waitlistItems({ eventId, tierId }: { eventId: string; tierId: string }, entries: Entry[]): Item[] {
  const numbered = entries.map((entry, index) => ({ eventId, tierId, counted: false, seq: index + 1, ...entry }));
  const waiting = numbered.filter(({ status }) => status === 'WAITING');
  const byQuantity = waiting.map(({ quantity }) => [
    `waiting#${quantity}`,
    waiting.filter((other) => other.quantity === quantity).length,
  ]);
  return [
    ...waiting.map((entry) => ({ ...keys.waitingKey(eventId, tierId, entry.quantity, entry.seq), ...entry })),
    {
      ...keys.waitlistKey(eventId, tierId),
      tierKey: keys.tierKey(eventId, tierId),
      waiting: waiting.length,
      nextSeq: entries.length + 1,
      'block#0': waiting.length,
      ...Object.fromEntries(byQuantity),
    },
    ...numbered.map((entry) => ({ ...keys.waitlistEntryKey(eventId, tierId, entry.seq), ...entry })),
    ...waiting.map((entry) => ({ ...keys.waitlistPlaceKey(entry.userId, eventId, tierId), ...entry })),
  ];
}
