import { isDomainError } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import { cancelEvent } from '../domain/event-change.ts';
import { isToCome } from '../domain/sale.ts';
import { eraseBuyer } from './booking-changes.ts';
import { bookingOf } from './booking-store.ts';
import { deleteEvent, getEvent, updateEvent } from './event-store.ts';
import * as keys from './keys.ts';
import { deleteItems, readPersonItems } from './person-items.ts';
import { getItem } from './read.ts';
import { type Item, Patience } from './transact.ts';
import { placeOf } from './waitlist-items.ts';
import { leaveWaitlist } from './waitlist-store.ts';

/** How long a step may go on. `remainingMs`: until the run has to end; `hasTime`: whether another item is begun. */
export interface Work {
  remainingMs: () => number;
  hasTime: () => boolean;
}

/**
 * Does something with each item of a person whose sort key begins so.
 *
 * @returns false where time ran out before the end
 */
async function forEachItem(
  userId: string,
  prefix: string,
  { hasTime }: Work,
  act: (item: Item) => Promise<void>,
): Promise<boolean> {
  let after: string | undefined;
  do {
    const { items, next } = await readPersonItems(userId, { prefix, after });
    for (const item of items) {
      if (!hasTime()) return false;
      await act(item);
    }
    after = next;
  } while (after !== undefined);
  return true;
}

/**
 * Closes the events of an organizer: drafts are deleted, and one to come that slipped through the refusal of the request
 * is cancelled, so that no buyer waits for an event that nobody runs.
 */
export function closeEvents(userId: string, work: Work): Promise<boolean> {
  return forEachItem(userId, keys.ownedEventPrefix, work, async ({ eventId }) => {
    const patience = new Patience(work.remainingMs);
    for (let event = await getEvent(String(eventId)); event; event = await getEvent(String(eventId))) {
      try {
        return await closeEvent(event, work.remainingMs);
      } catch (error) {
        if (!isDomainError(error, 'precondition-failed') && !isDomainError(error, 'not-found')) throw error;
        patience.mustLast('the event keeps changing');
      }
    }
  });
}

async function closeEvent(event: Event, remainingMs: () => number): Promise<void> {
  const now = new Date().toISOString();
  if (event.status === 'DRAFT') return deleteEvent(event, remainingMs);
  if (event.status !== 'PUBLISHED' || !isToCome(event, now)) return;
  await updateEvent(cancelEvent(event, { changeId: `deletion-${event.organizerId}`, now }), event.version, remainingMs);
}

/** Leaves every line and forgets the places of those that closed. @returns as `forEachItem` */
export function leaveWaitlists(userId: string, work: Work): Promise<boolean> {
  return forEachItem(userId, keys.waitlistPlacesPrefix, work, async (item) => {
    const key = keys.waitlistPlaceKey(userId, placeOf(item).eventId, placeOf(item).tierId);
    const patience = new Patience(work.remainingMs);
    for (let place: Item | undefined = item; place; place = await getItem(key)) {
      if (place.status !== 'WAITING') return deleteItems([key], patience);
      try {
        return await leaveWaitlist(userId, placeOf(place), work.remainingMs);
      } catch (error) {
        // It was promoted to a booking, or the line closed, since it was read.
        if (!isDomainError(error, 'not-found')) throw error;
        patience.mustLast('the place keeps changing');
      }
    }
  });
}

/** Cancels what is to come, lets go of holds, and takes from every booking what leads to the buyer. */
export async function eraseBookings(userId: string, work: Work): Promise<boolean> {
  const events = new Map<string, boolean>();
  const now = new Date().toISOString();
  return forEachItem(userId, keys.bookingPrefix, work, async (item) => {
    const booking = bookingOf(item);
    if (booking.buyerErasedAt !== undefined) return;
    if (!events.has(booking.eventId)) {
      const event = await getEvent(booking.eventId);
      events.set(booking.eventId, event !== undefined && event.startsAt > now);
    }
    await eraseBuyer(booking, events.get(booking.eventId) ?? false, work.remainingMs);
  });
}

/** Bookings and events stay, under an id that leads to nobody; so does what keeps the person out. */
const kept = [keys.bookingPrefix, keys.ownedEventPrefix, 'ACCESS', 'DELETION', 'INBOX'];

/** Deletes everything else of a person: profile, notifications, purchase counts, kept answers, counters. */
export async function eraseItems(userId: string, { remainingMs, hasTime }: Work): Promise<boolean> {
  const patience = new Patience(remainingMs);
  let after: string | undefined;
  do {
    const { items, next } = await readPersonItems(userId, { after });
    const erased = items.filter(({ sk }) => !kept.some((prefix) => String(sk).startsWith(prefix)));
    await deleteItems(erased as unknown as keys.Key[], patience);
    if (next !== undefined && !hasTime()) return false;
    after = next;
  } while (after !== undefined);
  return true;
}
