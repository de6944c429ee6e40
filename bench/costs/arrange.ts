import { ulid } from 'ulid';
import type { OperationId } from '../../functions/api/contract.ts';
import { addNotification, notificationOn } from '../../functions/store/notification-store.ts';
import { call, type HandlerAnswer, type Invocation } from './invoke.ts';
import { eventBody, inAYear } from './sample-event.ts';

/** What is measured of an operation: how to get there, and the call itself. */
export interface Sample {
  /** The state in which it is measured; '' where there is but one. */
  readonly when: string;
  readonly status: number;
  arrange(): Promise<() => Promise<HandlerAnswer>>;
}

/** Answers with a file beside the function's bundle, so that there is nothing to measure outside of it. */
export const file = 'a file of the function';

/** The user whom the stand-in of the user pool knows. */
export const knownUserId = 'ada';
export const ada = { userId: knownUserId, headers: { authorization: 'Bearer token' } };
const olga = { userId: 'olga', groups: '[organizers]' };
export const person = { email: 'ada@example.com', password: 'correct horse battery staple', name: 'Ada Lovelace' };

export const simple = (operationId: OperationId, status = 200, invocation: Invocation = {}, when = ''): Sample => ({
  when,
  status,
  arrange: async () => () => call(operationId, invocation),
});

/** An organizer's operation and its twin for administrators. */
export interface Side {
  readonly who: Invocation;
  readonly create: 'createEvent' | 'createEventAsAdmin';
}
export const organizer: Side = { who: olga, create: 'createEvent' };
export const admin: Side = { who: {}, create: 'createEventAsAdmin' };

export async function newEvent({ who, create }: Side = admin, capacity = 500, body: object = {}): Promise<string> {
  const headers = { 'idempotency-key': ulid() };
  const answer = await call(create, { ...who, body: { ...eventBody(capacity), ...body }, headers });
  return String(answer.body.eventId);
}

export async function book(eventId: string, options: { userId?: string; hold?: boolean } = {}): Promise<string> {
  const { userId = knownUserId, hold = false } = options;
  const answer = await call('createBooking', { userId, body: { eventId, quantity: 1, hold } });
  return String(answer.body.bookingId);
}

/** Everything of it is sold, and this instance has seen so. */
async function soldOutEvent(): Promise<string> {
  const eventId = await newEvent(admin, 1);
  await book(eventId, { userId: 'somebody-else' });
  await book(eventId);
  return eventId;
}

export const join = (eventId: string, userId: string) =>
  call('joinWaitlist', { userId, params: { eventId }, body: { quantity: 1 }, headers: { 'idempotency-key': ulid() } });

export async function eventWithLine(): Promise<string> {
  const eventId = await soldOutEvent();
  for (const userId of ['bob', knownUserId, 'eve']) await join(eventId, userId);
  return eventId;
}

/** An operation on an event of one's own that was arranged. */
function onEvent(
  operationId: OperationId,
  side: Side,
  sample: { when?: string; status?: number; invocation?: Invocation; prepare?: (eventId: string) => Promise<unknown> },
): Sample {
  return {
    when: sample.when ?? '5 shards',
    status: sample.status ?? 200,
    arrange: async () => {
      const eventId = await newEvent(side);
      await sample.prepare?.(eventId);
      return () => call(operationId, { ...side.who, params: { eventId }, ...sample.invocation });
    },
  };
}

const bookings25 = async (eventId: string) => {
  for (let n = 0; n < 25; n += 1) await book(eventId, { userId: `buyer-${n}` });
};
const line = async (eventId: string, side: Side) => {
  const tiers = eventBody(1).tiers;
  await call(side === admin ? 'updateEventAsAdmin' : 'updateEvent', {
    ...side.who,
    params: { eventId },
    body: { tiers },
    headers: { 'if-match': '"1"' },
  });
  await book(eventId, { userId: 'somebody-else' });
  for (let n = 0; n < 25; n += 1) await join(eventId, `waiting-${n}`);
};
const change = { body: { name: 'Midsummer Blues Night' }, headers: { 'if-match': '"1"' } };

export async function notified(userId: string, count: number): Promise<string> {
  let id = '';
  for (let n = 0; n < count; n += 1) {
    const news = {
      kind: 'booking-confirmed',
      about: `booking ${n}`,
      at: new Date(1_800_000_000_000 + n).toISOString(),
    };
    const text = { title: 'Your booking', message: 'You have 1 ticket for Midsummer Jazz Night.', eventId: 'evt_x' };
    const notification = notificationOn({ ...news, ...text } as Parameters<typeof notificationOn>[0], userId);
    await addNotification(notification, () => 10_000);
    id = notification.notificationId;
  }
  return id;
}

export const list = (operationId: OperationId, side: Side): Sample => ({
  when: 'a page of 20, a shard each',
  status: 200,
  arrange: async () => {
    const who = side === organizer ? { userId: ulid(), groups: '[organizers]' } : {};
    for (let n = 0; n < 20; n += 1) await newEvent({ ...side, who }, 100, { startsAt: inAYear });
    return () => call(operationId, who);
  },
});

/** Events of one's own, and all of them for administrators. */
const managing = (side: Side) => ({
  create: {
    when: '5 shards, with key',
    status: 201,
    arrange: async () => () =>
      call(side.create, { ...side.who, body: eventBody(500), headers: { 'idempotency-key': ulid() } }),
  } satisfies Sample,
  get: (id: OperationId) => onEvent(id, side, {}),
  update: (id: OperationId) => onEvent(id, side, { when: 'its name', invocation: change }),
  cancel: (id: OperationId) => onEvent(id, side, { status: 202 }),
  delete: (id: OperationId) => onEvent(id, side, { status: 204 }),
  bookings: (id: OperationId) => onEvent(id, side, { when: 'a page of 20', prepare: bookings25 }),
  waitlist: (id: OperationId) => onEvent(id, side, { when: 'a page of 20', prepare: (eventId) => line(eventId, side) }),
  analytics: (id: OperationId) => onEvent(id, side, { when: '30 days without sales' }),
});
export const own = managing(organizer);
export const all = managing(admin);

export function onBooking(operationId: OperationId, hold: boolean): Sample {
  return {
    when: hold ? 'a hold' : '',
    status: 200,
    arrange: async () => {
      const bookingId = await book(await newEvent(), { hold });
      return () => call(operationId, { userId: knownUserId, params: { bookingId } });
    },
  };
}

export function onPlace(operationId: OperationId, status: number, tierId?: string): Sample {
  return {
    when: 'second of three in line',
    status,
    arrange: async () => {
      const eventId = await eventWithLine();
      return () => call(operationId, { userId: knownUserId, params: { eventId, ...(tierId && { tierId }) } });
    },
  };
}
