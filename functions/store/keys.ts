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

export const bookingPrefix = 'BOOKING#';
export const bookingKey = (userId: string, bookingId: string): Key => ({
  pk: user(userId),
  sk: `${bookingPrefix}${bookingId}`,
});
/** Index partition `n` of an event's bookings. */
export const eventBookings = (eventId: string, n: number): string => `EVENT#${eventId}#BOOKINGS#${n}`;
export const eventBookingSort = (booking: { createdAt: string; bookingId: string }): string =>
  `${booking.createdAt}#${booking.bookingId}`;

export const idempotencyKey = (callerId: string, operationId: string, key: string): Key => ({
  pk: user(callerId),
  sk: `IDEMPOTENCY#${operationId}#${key}`,
});

export const purchasesKey = (userId: string, eventId: string): Key => ({
  pk: user(userId),
  sk: `PURCHASES#${eventId}`,
});

export const profileKey = (userId: string): Key => ({ pk: user(userId), sk: 'PROFILE' });
