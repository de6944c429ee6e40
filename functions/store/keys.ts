/** Every key of the table, one function an item. The picture of them is in docs/access-patterns.md. */

export interface Key {
  pk: string;
  sk: string;
}

export const gsi1 = 'gsi1';

const user = (userId: string): string => `USER#${userId}`;

export const eventKey = (eventId: string): Key => ({ pk: `EVENT#${eventId}`, sk: 'EVENT' });

/** Index partition of every published event, in the order of their start. */
export const publishedEvents = 'EVENTS#PUBLISHED';
export const publishedEventSort = (event: { startsAt: string; eventId: string }): string =>
  `${event.startsAt}#${event.eventId}`;

export const ownedEventPrefix = 'EVENT#';
/** Tells whose event it is, drafts too; `allEvents` lists them for administrators. */
export const ownedEventKey = (organizerId: string, eventId: string): Key => ({
  pk: user(organizerId),
  sk: `${ownedEventPrefix}${eventId}`,
});
export const allEvents = 'EVENTS#ALL';

export const tierKey = (eventId: string, tierId: string): string => `EVENT#${eventId}#TIER#${tierId}`;

export const shardKey = (eventId: string, tierId: string, shard: number): Key => ({
  pk: `${tierKey(eventId, tierId)}#SHARD#${String(shard).padStart(2, '0')}`,
  sk: 'INVENTORY',
});
/** What the pk of a shard names; undefined for any other. */
export function placeOfShard(pk: string): { eventId: string; tierId: string; shard: number } | undefined {
  const [, eventId, tierId, shard] = /^EVENT#([^#]+)#TIER#([^#]+)#SHARD#(\d+)$/.exec(pk) ?? [];
  return eventId && tierId && shard ? { eventId, tierId, shard: Number(shard) } : undefined;
}

export const waitlistKey = (eventId: string, tierId: string): Key => ({ pk: tierKey(eventId, tierId), sk: 'WAITLIST' });
export const waitlistEntryPrefix = 'WAITLIST#';
/** Entries of every status, in the order in which people joined. */
export const waitlistEntryKey = (eventId: string, tierId: string, seq: number): Key => ({
  pk: tierKey(eventId, tierId),
  sk: `${waitlistEntryPrefix}${String(seq).padStart(12, '0')}`,
});
export const waitingPrefix = 'WAITING#';
/** Begins the sort keys of those who wait for `quantity` seats. */
export const waitingForPrefix = (quantity: number): string => `${waitingPrefix}${String(quantity).padStart(3, '0')}#`;
/** One for each entry that waits: the first in line of each quantity is the first of its prefix. */
export const waitingKey = (eventId: string, tierId: string, quantity: number, seq: number): Key => ({
  pk: tierKey(eventId, tierId),
  sk: `${waitingForPrefix(quantity)}${String(seq).padStart(12, '0')}`,
});
export const waitlistPlacesPrefix = 'WAITLIST#';
export const waitlistPlacePrefix = (eventId: string): string => `${waitlistPlacesPrefix}${eventId}#`;
/** A person's place in the waitlist of a tier. */
export const waitlistPlaceKey = (userId: string, eventId: string, tierId: string): Key => ({
  pk: user(userId),
  sk: `${waitlistPlacePrefix(eventId)}${tierId}`,
});

export const bookingPrefix = 'BOOKING#';
export const bookingKey = (userId: string, bookingId: string): Key => ({
  pk: user(userId),
  sk: `${bookingPrefix}${bookingId}`,
});
/** Index partition `n` of an event's bookings. */
export const eventBookings = (eventId: string, n: number): string => `EVENT#${eventId}#BOOKINGS#${n}`;
/** Index partition `n` of an event's holds, by the time at which they expire. */
export const eventHolds = (eventId: string, n: number): string => `EVENT#${eventId}#HOLDS#${n}`;
export const eventHoldSort = (holdExpiresAt: string, bookingId: string): string => `${holdExpiresAt}#${bookingId}`;
export const eventBookingSort = (booking: { createdAt: string; bookingId: string }): string =>
  `${booking.createdAt}#${booking.bookingId}`;

export const idempotencyPrefix = 'IDEMPOTENCY#';
export const idempotencyKey = (callerId: string, operationId: string, key: string): Key => ({
  pk: user(callerId),
  sk: `${idempotencyPrefix}${operationId}#${key}`,
});

export const purchasesPrefix = 'PURCHASES#';
export const purchasesKey = (userId: string, eventId: string): Key => ({
  pk: user(userId),
  sk: `${purchasesPrefix}${eventId}`,
});

export const notificationPrefix = 'NOTIFICATION#';
export const notificationKey = (userId: string, notificationId: string): Key => ({
  pk: user(userId),
  sk: `${notificationPrefix}${notificationId}`,
});
/** How many of a person's notifications are unread. */
export const inboxKey = (userId: string): Key => ({ pk: user(userId), sk: 'INBOX' });

/** How far the cancelling of an event's bookings has come. */
export const cancellationKey = (eventId: string): Key => ({ pk: `EVENT#${eventId}`, sk: 'CANCELLATION' });
/** How far the news of a changed event has come among those who booked it. */
export const announcementKey = (eventId: string, version: number): Key => ({
  pk: `EVENT#${eventId}`,
  sk: `ANNOUNCEMENT#${String(version).padStart(8, '0')}`,
});

/** What a client, by its hash, has done within one window of the clock. */
export const rateKey = (policy: string, subject: string, window: number): Key => ({
  pk: `RATE#${policy}#${subject}`,
  sk: `WINDOW#${window}`,
});

/** Which logins of a person have ended, and whether the account is gone. Who has none of it has no such item. */
export const accessKey = (userId: string): Key => ({ pk: user(userId), sk: 'ACCESS' });
/** That a person is to be deleted, or was. */
export const deletionKey = (userId: string): Key => ({ pk: user(userId), sk: 'DELETION' });
/** Hands the deletion of a person over to the worker's next run. */
export const deletionRunKey = (userId: string): Key => ({ pk: user(userId), sk: 'DELETION#RUN' });

/** The roles that an administrator asked for; the user pool has those that are in force. */
export const rolesKey = (userId: string): Key => ({ pk: user(userId), sk: 'ROLES' });
/** Who deleted an event. */
export const deletedEventKey = (eventId: string): Key => ({ pk: `EVENT#${eventId}`, sk: 'DELETED' });

const auditedKeys: ReadonlySet<unknown> = new Set(['EVENT', 'DELETED', 'ROLES', 'DELETION']);
/** True for items whose every change says who made it. */
export function isAudited({ pk, sk }: { pk?: unknown; sk?: unknown }): boolean {
  const [owner, item] = [String(pk), String(sk)];
  if (auditedKeys.has(sk) || item.startsWith(bookingPrefix)) return true;
  return item.startsWith(waitlistEntryPrefix) && owner.startsWith('EVENT#');
}

/** Entries of the audit trail of an event, a booking or a person, in the order of their changes. */
export const auditTrail = (entity: string): string => `AUDIT#${entity}`;
/** @param sequence of the change in the stream; rises for each item, and has up to 40 digits */
export const auditKey = (entity: string, at: string, sequence: string): Key => ({
  pk: auditTrail(entity),
  sk: `${at}#${sequence.padStart(40, '0')}`,
});
/** Index partition `n` of the changes of an event's bookings; it is as hot as that of the bookings themselves. */
export const auditedBookings = (eventId: string, n: number): string => `AUDIT#${eventId}#BOOKINGS#${n}`;

/** Why a worker could not do what a message asks for. */
export const failureKey = (messageId: string): Key => ({ pk: `FAILURE#${messageId}`, sk: 'FAILURE' });

export const profileKey = (userId: string): Key => ({ pk: user(userId), sk: 'PROFILE' });

const total = 'TOTAL';
const eventStatistics = (eventId: string): string => `STATS#EVENT#${eventId}`;
const platformStatistics = 'STATS#PLATFORM';
/** Whose statistics: an event's, or those of all together. */
export const statistics = (eventId: string | undefined): string =>
  eventId === undefined ? platformStatistics : eventStatistics(eventId);
export const totalKey = (eventId?: string): Key => ({ pk: statistics(eventId), sk: total });
const dayPrefix = 'DAY#';
export const dayKey = (day: string, eventId?: string): Key => ({ pk: statistics(eventId), sk: dayPrefix + day });
export const dayIn = (sk: string): string => sk.slice(dayPrefix.length);
/** Index partition of the totals of events that sold something, by what they have sold. */
export const popularEvents = 'STATS#EVENTS';
export const popularEventSort = (ticketsSold: number, eventId: string): string =>
  `${String(ticketsSold).padStart(12, '0')}#${eventId}`;
/** What statistics have seen of the shards of a tier. */
export const seenKey = (eventId: string, tierId: string): Key => ({
  pk: `STATS#SEEN#${eventId}#${tierId}`,
  sk: 'SEEN',
});
