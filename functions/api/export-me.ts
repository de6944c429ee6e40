import { bookingView } from '../domain/booking.ts';
import { inOrder } from '../domain/common.ts';
import { ExportedEvent, ExportedPlace, type PersonExport } from '../domain/export.ts';
import { limits } from '../domain/limits.ts';
import { notificationView } from '../domain/notification.ts';
import { type CursorScope, decodeCursor, encodeCursor } from '../shared/cursor.ts';
import * as person from '../store/export-store.ts';
import { getProfile } from '../store/profile-store.ts';
import { firstProfile } from './get-me.ts';
import type { Handler } from './request.ts';

type Lists = Omit<PersonExport, 'exportedAt' | 'profile' | 'nextCursor'>;
type Section = keyof Lists;
type Reader<Name extends Section> = (
  userId: string,
  after: string | undefined,
) => Promise<{ items: Lists[Name]; next: string | undefined }>;

/** In the order in which they are exported. */
const readers: { readonly [Name in Section]: Reader<Name> } = {
  bookings: async (userId, after) => {
    const { items, next } = await person.readBookings(userId, after);
    const now = new Date().toISOString();
    return { items: items.map((booking) => bookingView(booking, now)), next };
  },
  waitlistPlaces: async (userId, after) => {
    const { items, next } = await person.readPlaces(userId, after);
    return { items: items.map((place) => inOrder(ExportedPlace.shape, place as ExportedPlace)), next };
  },
  notifications: async (userId, after) => {
    const { items, next } = await person.readNotifications(userId, after);
    return { items: items.map(notificationView), next };
  },
  purchaseCounts: person.readPurchases,
  keptRequests: person.readKeptRequests,
  events: async (userId, after) => {
    const { items, next } = await person.readEvents(userId, after);
    return { items: items.map((event) => inOrder(ExportedEvent.shape, event as ExportedEvent)), next };
  },
};
const sections = Object.keys(readers) as Section[];

/** All that the service holds of the caller, as a file; in parts, where it is more than one answer can hold. */
export const exportMe: Handler<'exportMe'> = async ({ caller, query, path, remainingMs }) => {
  const scope: CursorScope = ['exportMe', caller.callerId];
  const from = query.cursor === undefined ? undefined : decodeCursor(scope, query.cursor);
  const profile = (await getProfile(caller.userId)) ?? (await firstProfile({ ...caller, remainingMs }));
  const { lists, position } = await readLists(caller.userId, from, remainingMs);
  const exportedAt = new Date().toISOString();
  const nextCursor = position === undefined ? undefined : encodeCursor(scope, position);
  return {
    status: 200,
    body: {
      exportedAt,
      profile: { ...profile, roles: [...caller.roles] },
      ...lists,
      ...(nextCursor !== undefined && { nextCursor }),
    },
    headers: {
      'content-disposition': `attachment; filename="evently-${exportedAt.slice(0, 10)}.json"`,
      ...(nextCursor !== undefined && { link: `<${path}?${new URLSearchParams({ cursor: nextCursor })}>; rel="next"` }),
    },
  };
};

/** @param from a position: a section, and the last item of it that was read */
async function readLists(userId: string, from: string | undefined, remainingMs: () => number) {
  const lists: Lists = {
    bookings: [],
    waitlistPlaces: [],
    notifications: [],
    purchaseCounts: [],
    keptRequests: [],
    events: [],
  };
  const [first = sections[0], ...rest] = from?.split(' ') ?? [];
  let after = rest.length > 0 ? rest.join(' ') : undefined;
  let bytes = 0;
  for (const section of sections.slice(sections.indexOf(first as Section))) {
    do {
      const { items, next } = await readers[section](userId, after);
      (lists[section] as unknown[]).push(...items);
      bytes += Buffer.byteLength(JSON.stringify(items));
      after = next;
      const isFull = bytes >= limits.exportBytes || remainingMs() < limits.exportReserveMs;
      if (isFull && after !== undefined) return { lists, position: `${section} ${after}` };
    } while (after !== undefined);
  }
  return { lists, position: undefined };
}
