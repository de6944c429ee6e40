import * as z from 'zod';
import type { Event } from '../domain/event.ts';
import { limits } from '../domain/limits.ts';
import { type News, newsOfBooking, newsOfCancelledEvent, newsOfEvent } from '../domain/news.ts';
import { inParallel } from '../shared/in-parallel.ts';
import { queueHandler } from '../shared/queue-handler.ts';
import { bookingOf } from '../store/booking-store.ts';
import { handOver } from '../store/continuation-store.ts';
import { eventOf, getEvent } from '../store/event-store.ts';
import { type SweepPosition, sweepBookings } from '../store/event-sweep-store.ts';
import { announcementKey } from '../store/keys.ts';
import { addNotification, notificationOn } from '../store/notification-store.ts';
import { imageOf, StreamRecord } from '../store/stream-record.ts';
import { type Item, Patience } from '../store/transact.ts';

/** What is done with a change depends on the item; the pipe's filter lets no others through. */
type Teller = (change: { before: Item | undefined; after: Item }, remainingMs: () => number) => Promise<void>;

const tellers: readonly (readonly [RegExp, Teller])[] = [
  [/^BOOKING#/, tellBuyer],
  [/^WAITLIST#/, tellWaiting],
  [/^EVENT$/, beginAnnouncement],
  [/^ANNOUNCEMENT#/, continueAnnouncement],
];

/**
 * Puts into people's lists what they have to know. The same change makes the same entry, so it may come again; the
 * email follows from the entry.
 */
export const handler = queueHandler(StreamRecord, async (record, { remainingMs }) => {
  const after = imageOf(record);
  const [, tell] = tellers.find(([sk]) => sk.test(String(after?.sk))) ?? [];
  if (!after || !tell) throw new Error(`a change of ${after?.sk} is no news`);
  await tell({ before: imageOf(record, 'OldImage'), after }, remainingMs);
});

const Owned = z.looseObject({ userId: z.string(), eventId: z.string() });

async function tellBuyer({ before, after }: Parameters<Teller>[0], remainingMs: () => number): Promise<void> {
  const { userId } = Owned.parse(after);
  const news = newsOfBooking(before && bookingOf(before), bookingOf(after));
  if (news) await addNotification(notificationOn(news, userId), remainingMs);
}

const ClosedEntry = z.looseObject({ ...Owned.shape, eventName: z.string(), eventCancelledAt: z.string() });

/** Those who were still in line when the event was cancelled. */
async function tellWaiting({ after }: Parameters<Teller>[0], remainingMs: () => number): Promise<void> {
  const { userId, eventId, eventName, eventCancelledAt } = ClosedEntry.parse(after);
  const news = newsOfCancelledEvent({ eventId, name: eventName, cancelledAt: eventCancelledAt });
  await addNotification(notificationOn(news, userId), remainingMs);
}

/** How far an announcement to everybody with a booking has come. */
interface Announcement {
  news: News;
  version: number;
  run: number;
  position?: SweepPosition;
}

async function beginAnnouncement({ before, after }: Parameters<Teller>[0], remainingMs: () => number): Promise<void> {
  const event = eventOf(after);
  const news = before && newsOfEvent(eventOf(before), event);
  if (news) await announce({ news, version: event.version, run: 0 }, remainingMs);
}

async function continueAnnouncement({ after }: Parameters<Teller>[0], remainingMs: () => number): Promise<void> {
  await announce(after as unknown as Announcement, remainingMs);
}

async function announce(announcement: Announcement, remainingMs: () => number): Promise<void> {
  const { news, version, run, position } = announcement;
  const event: Event | undefined = await getEvent(news.eventId);
  if (event?.status !== 'PUBLISHED') return;
  for await (const { bookings, next } of sweepBookings(event, 'CONFIRMED', position)) {
    // Whoever booked after the change has seen it.
    const concerned = bookings.filter(({ confirmedAt }) => confirmedAt !== undefined && confirmedAt <= news.at);
    const people = new Set(concerned.map(({ userId }) => userId));
    await inParallel(people, limits.sweptBookingsAtOnce, (userId) =>
      addNotification(notificationOn(news, userId), remainingMs),
    );
    if (next && remainingMs() < limits.sweepReserveMs) {
      const state = { news, version, position: next };
      return handOver(announcementKey(news.eventId, version), run, state, new Patience(remainingMs));
    }
  }
}
