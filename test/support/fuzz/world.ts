import { randomUUID } from 'node:crypto';
import type { Operation } from '../../../functions/api/operation.ts';
import type { DeadLetterQueueView } from '../../../functions/domain/dead-letter.ts';
import type { Person } from '../client.ts';
import { eventBody, tierBody } from '../factories.ts';
import { accessClaims, signedByPool } from '../forged-token.ts';
import type { TestStack } from '../stack.ts';
import { so, until } from '../tour/until.ts';
import { openWorld, type World } from '../tour/world.ts';

/** Ids by the name of the parameter that takes them. */
export type Ids = Readonly<Record<string, readonly string[]>>;

/** People and objects in every state, made before the fuzz, and hands to make more. */
export interface FuzzWorld {
  readonly api: TestStack;
  readonly hands: World;
  readonly otherOrganizer: Person;
  /** A token whose login has ended. */
  readonly signedOutToken: string;
  /** Ids that their owner may read: of the buyer, of the organizer. */
  readonly own: Ids;
  /** As `own`, of objects that may be changed and deleted. */
  readonly expendable: Ids;
  readonly soldOutEventId: string;
  /** A cursor of the buyer's bookings, and one of the catalogue. */
  readonly cursors: Readonly<Record<'listBookings' | 'listEvents', string>>;
  /** Somebody who was never seen before, with nothing but a token. */
  readonly newcomer: (roles?: readonly string[]) => Promise<{ userId: string; token: string }>;
  /** A new event of the organizer. */
  readonly ownEvent: (change?: Record<string, unknown>, tier?: Record<string, unknown>) => Promise<string>;
}

export async function openFuzzWorld(api: TestStack): Promise<FuzzWorld> {
  const [hands, otherOrganizer, leaver] = await Promise.all([openWorld(api), api.makeOrganizer(), api.makeOrganizer()]);
  const { buyer, other, organizer, as, book } = hands;
  await as(leaver, 204, 'POST /auth/logout', { refreshToken: leaver.refreshToken });

  const ownEvent: FuzzWorld['ownEvent'] = async (change = {}, tier = {}) => {
    const body = eventBody({ tiers: [tierBody(tier)], ...change });
    return (await as(organizer, 201, 'POST /organizer/events', body)).json.eventId;
  };
  const [onSale, soldOutEventId, draft, cancelled, booked] = await Promise.all([
    ownEvent({}, { capacity: 5_000 }),
    ownEvent({}, { capacity: 1 }),
    ownEvent({ status: 'DRAFT' }),
    ownEvent(),
    ownEvent({ maxPerUser: 3 }),
  ]);
  await Promise.all([
    ownEvent({}, { saleOpensAt: '2029-01-01T00:00:00Z' }),
    as(organizer, 202, `POST /organizer/events/${cancelled}/cancel`),
    book(buyer, booked),
    book(buyer, soldOutEventId),
  ]);
  await as(other, 201, `POST /events/${soldOutEventId}/waitlist`, { quantity: 1 });
  const bookings = [await book(buyer, onSale), await book(buyer, onSale, { hold: true }), await book(buyer, onSale)];
  await as(buyer, 200, `DELETE /bookings/${bookings[2]}`);

  const expendable = await Promise.all([ownEvent(), ownEvent({ status: 'DRAFT' }), ownEvent(), ownEvent()]);
  await book(other, expendable[2] ?? '');
  const users = await Promise.all([api.registerUser(), api.registerUser()]);
  const notificationIds = await notificationsOf(api, buyer);
  const own: Ids = {
    eventId: [onSale, soldOutEventId, booked],
    bookingId: bookings,
    notificationId: notificationIds,
    userId: [buyer.userId, other.userId, organizer.userId],
    tierId: ['standard'],
    code: ['not-found', 'sold-out', 'busy'],
    asset: ['swagger-ui.css', 'initializer.js'],
    queue: await queuesOf(hands),
  };
  const firstPage = async (path: string) => (await as(buyer, 200, `GET ${path}`)).json.nextCursor as string;
  return {
    api,
    hands,
    otherOrganizer,
    signedOutToken: leaver.accessToken,
    own,
    expendable: { ...own, eventId: [...expendable, draft, cancelled], userId: users.map(({ userId }) => userId) },
    soldOutEventId,
    cursors: {
      listBookings: await firstPage('/bookings?limit=1'),
      listEvents: await firstPage('/events?limit=1'),
    },
    newcomer: async (roles) => {
      const userId = randomUUID();
      const login = { sub: userId, origin_jti: randomUUID(), jti: randomUUID() };
      const now = Math.floor(Date.now() / 1_000);
      const groups = roles && { 'cognito:groups': roles };
      const token = await signedByPool({ ...accessClaims(api.stack.outputs), ...login, auth_time: now, ...groups });
      return { userId, token };
    },
    ownEvent,
  };
}

/** What the person was told of, once there is anything. */
async function notificationsOf(api: TestStack, { accessToken: token }: Person): Promise<string[]> {
  let ids: string[] = [];
  await until(new AbortController().signal, async () => {
    const { json } = await api.call('GET', '/notifications', { token });
    ids = json.items.map(({ notificationId }: { notificationId: string }) => notificationId);
    so(ids.length > 0, 'somebody was told of something');
  });
  return ids;
}

/** Queues of dead letters. */
async function queuesOf({ asAdmin }: World): Promise<string[]> {
  const { json } = await asAdmin(200, 'GET /admin/dead-letters');
  const queues = json.items as DeadLetterQueueView[];
  return queues.map(({ queue }) => queue);
}

/** Whose object an id names is kept apart from what a shot may ruin. */
export function idsFor(world: FuzzWorld, { method, auth }: Operation): Ids {
  const changes = method !== 'GET' && (auth === 'organizer' || auth === 'iam');
  return changes ? world.expendable : world.own;
}
