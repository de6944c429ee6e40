import type { Seen } from '../history/people.ts';
import type { Commit } from './commits.ts';
import { bookingsOf, countedOf, entriesOf, eventOf, type Moment, stockOf } from './moments.ts';

/** What an answer claims: it has to be true at some moment between `from` and `to`. */
export interface Claim {
  readonly rule: string;
  readonly about: string;
  readonly seen: Seen;
  /** Numbers of the first and the last moment, and the times within them. */
  readonly from: number;
  readonly to: number;
  readonly isTrue: (moment: Moment, at: number) => boolean;
}

/**
 * An instance remembers for a second that a tier is sold out; reading took some time before that, and is retried.
 * See `soldOutMemoryMs` of functions/domain/limits.ts.
 */
const memoryMs = 2_000;

type Body = Readonly<Record<string, unknown>>;
type Truth = (moment: Moment, at: number) => boolean;
interface Asked {
  readonly userId: string;
  readonly eventId: string;
  readonly bookingId: string;
  /** Whom it is about: mostly who asks. */
  readonly personId: string;
  readonly body: Body;
  readonly ifMatch: string;
}

/** What the answer to a request says, of that moment and of its Idempotency-Key. */
export function claimsOf(seen: Seen, commits: readonly Commit[]): Claim[] {
  const claim = claimOf(seen);
  const [first, to] = seen.commits;
  const since = seen.sentAt - memoryMs;
  const remembered = commits.findIndex(({ at }) => at >= since);
  const from = claim?.remembered && remembered !== -1 ? Math.min(first, remembered) : first;
  return [
    ...(claim ? [{ rule: 'answer', about: claim.about, isTrue: claim.isTrue, seen, from, to }] : []),
    ...undoneOf(seen).map((undone) => ({ rule: 'one answer', ...undone, seen, from: first, to })),
  ];
}

/** Operations whose requests have a key. */
const keyed: Readonly<Record<string, string>> = {
  'POST /bookings': 'createBooking',
  'POST /events/{eventId}/waitlist': 'joinWaitlist',
};

/**
 * A request that is refused was not carried out before under its key: who asks again after a lost answer is told so, but
 * for who is not let in any more.
 */
function undoneOf({ request: { route, userId, headers }, answer }: Seen): { about: string; isTrue: Truth }[] {
  const operationId = keyed[route];
  if (!answer || answer.status < 400 || answer.status >= 500 || operationId === undefined) return [];
  if (answer.body.code === 'unauthenticated') return [];
  const record = `USER#${userId} / IDEMPOTENCY#${operationId}#${headers?.['idempotency-key']}`;
  return [{ about: `${route}, which its key has done already`, isTrue: ({ items }) => !items.has(record) }];
}

/** @returns undefined for an answer of which nothing is checked; `isTrue` is never true for one that must not be given */
function claimOf(seen: Seen): { about: string; isTrue: Truth; remembered: boolean } | undefined {
  const { request, answer, isRepeated } = seen;
  if (!answer) return undefined;
  const asked: Asked = {
    userId: request.userId,
    eventId: String(request.params?.eventId ?? (request.body as Body | undefined)?.eventId),
    bookingId: String(request.params?.bookingId),
    personId: request.params?.userId ?? request.userId,
    body: (request.body ?? {}) as Body,
    ifMatch: request.headers?.['if-match'] ?? '',
  };
  const code = String(answer.body.code ?? answer.status);
  const about = `${request.route} ${code}`;
  const never = () => false;
  if (answer.status >= 500) {
    return code === 'busy' ? undefined : { about, isTrue: never, remembered: false };
  }
  const name = `${request.route.split(' ')[0]} ${code}`;
  // An attempt before may have done it, and this one found it done.
  if (isRepeated && ['not-found', 'precondition-failed'].includes(code)) return undefined;
  const truth = truths[`${request.route} ${code}`] ?? truths[name] ?? truths[code];
  if (!truth) return { about: `${about}: an answer that nobody expects`, isTrue: never, remembered: false };
  const remembered = code === 'sold-out' || code === 'waitlist-first';
  return { about, isTrue: (moment, at) => truth(moment, at, asked, answer.body), remembered };
}

type TruthOf = (moment: Moment, at: number, asked: Asked, answer: Body) => boolean;

const hasStatus =
  (...statuses: string[]): TruthOf =>
  (moment, _at, { userId, bookingId }, answer) =>
    [...moment.items.values()].some(
      (item) =>
        item.userId === userId &&
        item.sk === `BOOKING#${answer.bookingId ?? bookingId}` &&
        statuses.includes(String(item.status)),
    );

const always: TruthOf = () => true;
const isBeingDeleted: TruthOf = ({ items }, _at, { personId }) => items.has(`USER#${personId} / DELETION`);
const isCancelled: TruthOf = (moment, _at, { eventId, bookingId }) => {
  const id = bookingId === 'undefined' ? eventId : eventOfBooking(moment, bookingId);
  return eventOf(moment, id)?.status === 'CANCELLED';
};
const isClosed: TruthOf = (moment, at, { eventId }) => {
  const event = eventOf(moment, eventId);
  const [tier] = (event?.tiers ?? []) as { saleClosesAt?: string }[];
  return String(tier?.saleClosesAt ?? event?.startsAt) <= new Date(at).toISOString();
};
const eventOfBooking = ({ items }: Moment, bookingId: string): string =>
  String([...items.values()].find(({ sk }) => sk === `BOOKING#${bookingId}`)?.eventId);

const truths: Readonly<Record<string, TruthOf>> = {
  'POST /bookings 201': (moment, _at, { userId, body }, answer) =>
    bookingsOf(moment, String(body.eventId)).some(
      (booking) =>
        booking.bookingId === answer.bookingId &&
        booking.userId === userId &&
        booking.quantity === body.quantity &&
        booking.total === answer.total &&
        booking.wasHeld === (body.hold === true),
    ),
  'POST /bookings sold-out': (moment, at, { eventId, body }) => {
    const { available, overdue, waiting } = stockOf(moment, eventId, at);
    return available + overdue < Number(body.quantity) || (waiting && available === 0);
  },
  'waitlist-first': (moment, at, { eventId }) => {
    const { available, waiting } = stockOf(moment, eventId, at);
    return waiting && available > 0;
  },
  'purchase-limit': (moment, _at, { eventId, userId, body }) => {
    const [tier] = (eventOf(moment, eventId)?.tiers ?? []) as { maxPerUser?: number }[];
    return countedOf(moment, eventId, userId) + Number(body.quantity) > Number(tier?.maxPerUser);
  },
  'POST /bookings/{bookingId}/confirm 200': hasStatus('CONFIRMED'),
  'DELETE /bookings/{bookingId} 200': hasStatus('CANCELLED'),
  'hold-expired': (moment, at, { bookingId }) =>
    [...moment.items.values()].some(
      ({ sk, status, holdExpiresAt }) =>
        sk === `BOOKING#${bookingId}` &&
        (status === 'EXPIRED' || (status === 'HELD' && String(holdExpiresAt) <= new Date(at).toISOString())),
    ),
  'POST /bookings/{bookingId}/confirm invalid-state': hasStatus('CANCELLED'),
  'event-cancelled': isCancelled,
  'POST /bookings sale-closed': isClosed,
  'POST /events/{eventId}/waitlist waitlist-closed': isClosed,
  'POST /events/{eventId}/waitlist 201': (moment, _at, { eventId, userId, body }) =>
    entriesOf(moment, eventId).some((entry) => entry.userId === userId && entry.quantity === body.quantity),
  'seats-available': (moment, at, { eventId }) => stockOf(moment, eventId, at).available > 0,
  'already-waiting': (moment, _at, { eventId, userId }) =>
    entriesOf(moment, eventId).some((entry) => entry.userId === userId && entry.status === 'WAITING'),
  'DELETE /events/{eventId}/waitlist/{tierId} 204': (moment, _at, { eventId, userId }) =>
    entriesOf(moment, eventId).some((entry) => entry.userId === userId && entry.status === 'LEFT'),
  'DELETE /events/{eventId}/waitlist/{tierId} not-found': (moment, _at, { eventId, userId }) =>
    !entriesOf(moment, eventId).some((entry) => entry.userId === userId && entry.status === 'WAITING'),
  'capacity-too-low': (moment, at, { eventId, body }) => {
    const { held, sold } = stockOf(moment, eventId, at);
    const [tier] = (body.tiers ?? []) as { capacity: number }[];
    return held + sold > Number(tier?.capacity);
  },
  'PATCH precondition-failed': (moment, _at, { eventId, ifMatch }) =>
    `"${eventOf(moment, eventId)?.version}"` !== ifMatch,
  'PATCH invalid-state': isCancelled,
  'PATCH 200': (moment, _at, { eventId, body }) => {
    const [tier] = (eventOf(moment, eventId)?.tiers ?? []) as { capacity: number; price: number }[];
    const [wanted] = body.tiers as { capacity: number; price: number }[];
    return tier?.capacity === wanted?.capacity && tier?.price === wanted?.price;
  },
  'POST /organizer/events/{eventId}/cancel 202': isCancelled,
  unauthenticated: isBeingDeleted,
  'DELETE /users/me 202': isBeingDeleted,
  'DELETE /admin/users/{userId} 202': isBeingDeleted,
  'DELETE /admin/users/{userId} not-found': isBeingDeleted,
  'GET /users/me 200': ({ items }, _at, { personId }) => items.has(`USER#${personId} / PROFILE`),
  'POST /organizer/events 201': always,
  'GET /organizer/events/{eventId} 200': always,
};
