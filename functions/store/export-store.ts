import type { Booking } from '../domain/booking.ts';
import type { Event } from '../domain/event.ts';
import type { KeptRequest, PurchaseCount } from '../domain/export.ts';
import { limits } from '../domain/limits.ts';
import type { Notification } from '../domain/notification.ts';
import type { Place } from '../domain/waitlist.ts';
import { bookingOf } from './booking-store.ts';
import { eventOf } from './event-store.ts';
import * as keys from './keys.ts';
import { notificationOf } from './notification-store.ts';
import { readPersonItems } from './person-items.ts';
import { ticketsByTier } from './purchase-store.ts';
import { getItems } from './read.ts';
import type { Item } from './transact.ts';
import { placeOf } from './waitlist-items.ts';

/** Some items of one kind, and what names the last one where there are more. */
interface Part<Kind> {
  items: Kind[];
  next: string | undefined;
}

/** @param after what named the last item of the part before */
async function readPart<Kind>(
  userId: string,
  { prefix, after, limit }: { prefix: string; after: string | undefined; limit?: number },
  show: (items: Item[]) => Kind[] | Promise<Kind[]>,
): Promise<Part<Kind>> {
  const { items, next } = await readPersonItems(userId, {
    prefix,
    ...(after !== undefined && { after: prefix + after }),
    ...(limit !== undefined && { limit }),
  });
  return { items: await show(items), next: next?.slice(prefix.length) };
}

export const readBookings = (userId: string, after: string | undefined): Promise<Part<Booking>> =>
  readPart(userId, { prefix: keys.bookingPrefix, after }, (items) => items.map(bookingOf));

export const readPlaces = (userId: string, after: string | undefined): Promise<Part<Place>> =>
  readPart(userId, { prefix: keys.waitlistPlacesPrefix, after }, (items) => items.map(placeOf));

export const readNotifications = (userId: string, after: string | undefined): Promise<Part<Notification>> =>
  readPart(userId, { prefix: keys.notificationPrefix, after }, (items) => items.map(notificationOf));

export const readPurchases = (userId: string, after: string | undefined): Promise<Part<PurchaseCount>> =>
  readPart(userId, { prefix: keys.purchasesPrefix, after }, (items) =>
    items.flatMap((item) => {
      const eventId = String(item.sk).slice(keys.purchasesPrefix.length);
      return [...ticketsByTier(item)].map(([tierId, tickets]) => ({ eventId, tierId, tickets }));
    }),
  );

/** Records whose time is over count as gone. */
export const readKeptRequests = (userId: string, after: string | undefined): Promise<Part<KeptRequest>> =>
  readPart(userId, { prefix: keys.idempotencyPrefix, after }, (items) =>
    items
      .filter(({ expiresAt }) => Number(expiresAt) * 1_000 > Date.now())
      .map(({ sk, expiresAt }) => {
        const [operationId = '', ...key] = String(sk).slice(keys.idempotencyPrefix.length).split('#');
        return {
          operationId,
          idempotencyKey: key.join('#'),
          expiresAt: new Date(Number(expiresAt) * 1_000).toISOString(),
        };
      }),
  );

/** Events that the person organizes. Their texts are long, so fewer at a time. */
export const readEvents = (userId: string, after: string | undefined): Promise<Part<Event>> =>
  readPart(userId, { prefix: keys.ownedEventPrefix, after, limit: limits.keysPerBatchGet }, async (items) => {
    const events = await getItems(items.map(({ eventId }) => keys.eventKey(String(eventId))));
    return events.map(eventOf).sort((one, other) => (one.eventId < other.eventId ? -1 : 1));
  });
