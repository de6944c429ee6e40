import { ulid } from 'ulid';
import { type HandlerAnswer, type Invocation, invoke } from './invoke.ts';
import { eventBody, inAYear } from './sample-event.ts';

export interface Target {
  calls?: number;
  writes?: number;
}

/** An operation whose cost is of interest: how to get there, and what is measured. */
export interface Scenario {
  name: string;
  status: number;
  /** Not to be exceeded. */
  target?: Target;
  /** Prepares, and returns what is measured. */
  arrange(): Promise<() => Promise<HandlerAnswer>>;
}

const createEvent = (capacity: number, tier: object = {}) =>
  invoke('admin', 'POST /admin/events', { body: eventBody(capacity, tier), headers: { 'idempotency-key': ulid() } });

const newEventId = async (capacity = 500, tier: object = {}): Promise<string> =>
  String((await createEvent(capacity, tier)).body.eventId);

function book(eventId: string, { key, userId = 'ada' }: { key?: string; userId?: string }): Promise<HandlerAnswer> {
  const headers = key ? { 'idempotency-key': key } : {};
  return invoke('booking', 'POST /bookings', { body: { eventId, quantity: 1 }, headers, userId });
}

/** An event that this instance has just sold a ticket of. */
async function warmEventId(capacity?: number, tier?: object): Promise<string> {
  const eventId = await newEventId(capacity, tier);
  await book(eventId, { userId: 'somebody-else' });
  return eventId;
}

async function bookedId(eventId: string, userId?: string): Promise<string> {
  return String((await book(eventId, { ...(userId && { userId }) })).body.bookingId);
}

const cancel = (bookingId: string) =>
  invoke('booking', 'DELETE /bookings/{bookingId}', { params: { bookingId }, userId: 'ada' });

const update = async (eventId: string, body: object) => {
  const params = { eventId };
  return invoke('admin', 'PATCH /admin/events/{eventId}', { params, body, headers: { 'if-match': '"1"' } });
};

const read = (path: string, invocation: Invocation) => invoke('catalog', `GET ${path}`, invocation);

/** Its one seat is sold, and nobody has been refused yet. */
const soldOutEventId = () => warmEventId(1);

export const scenarios: readonly Scenario[] = [
  {
    name: 'book with key, warm',
    status: 201,
    target: { calls: 1, writes: 9 },
    arrange: async () => {
      const eventId = await warmEventId();
      return () => book(eventId, { key: ulid() });
    },
  },
  {
    name: 'book with key, event not known yet',
    status: 201,
    arrange: async () => {
      const eventId = await newEventId();
      return () => book(eventId, { key: ulid() });
    },
  },
  {
    name: 'book without key, warm',
    status: 201,
    target: { calls: 1, writes: 7 },
    arrange: async () => {
      const eventId = await warmEventId();
      return () => book(eventId, {});
    },
  },
  {
    name: 'book with key and per-user limit, warm',
    status: 201,
    arrange: async () => {
      const eventId = await warmEventId(500, { maxPerUser: 4 });
      return () => book(eventId, { key: ulid() });
    },
  },
  {
    name: 'book with key, replayed',
    status: 201,
    target: { calls: 2 },
    arrange: async () => {
      const [eventId, key] = [await warmEventId(), ulid()];
      await book(eventId, { key });
      return () => book(eventId, { key });
    },
  },
  {
    name: 'cancel',
    status: 200,
    arrange: async () => {
      const bookingId = await bookedId(await warmEventId());
      return () => cancel(bookingId);
    },
  },
  {
    name: 'sold out, first time',
    status: 409,
    arrange: async () => {
      const eventId = await soldOutEventId();
      return () => book(eventId, {});
    },
  },
  {
    name: 'sold out, remembered, without key',
    status: 409,
    target: { calls: 0 },
    arrange: async () => {
      const eventId = await soldOutEventId();
      await book(eventId, {});
      return () => book(eventId, {});
    },
  },
  {
    name: 'sold out, remembered, with key',
    status: 409,
    target: { calls: 1 },
    arrange: async () => {
      const eventId = await soldOutEventId();
      await book(eventId, {});
      return () => book(eventId, { key: ulid() });
    },
  },
  {
    name: 'list own bookings, a page of 20',
    status: 200,
    arrange: async () => {
      const [eventId, userId] = [await warmEventId(), ulid()];
      for (let n = 0; n < 25; n += 1) await bookedId(eventId, userId);
      return () => invoke('booking', 'GET /bookings', { userId });
    },
  },
  {
    name: "list an event's bookings, a page of 20",
    status: 200,
    arrange: async () => {
      const eventId = await warmEventId();
      for (let n = 0; n < 25; n += 1) await bookedId(eventId);
      return () => invoke('admin', 'GET /admin/events/{eventId}/bookings', { params: { eventId } });
    },
  },
  {
    name: 'get event (500 seats, 5 shards)',
    status: 200,
    arrange: async () => {
      const params = { eventId: await newEventId() };
      return () => read('/events/{eventId}', { params });
    },
  },
  {
    name: 'get event, read within the last second',
    status: 200,
    arrange: async () => {
      const params = { eventId: await newEventId() };
      await read('/events/{eventId}', { params });
      return () => read('/events/{eventId}', { params });
    },
  },
  {
    name: 'list events, a page of 20, a shard each',
    status: 200,
    arrange: async () => {
      const body = { ...eventBody(100), startsAt: inAYear };
      for (let n = 0; n < 20; n += 1) await invoke('admin', 'POST /admin/events', { body });
      return () => read('/events', { query: { from: inAYear } });
    },
  },
  {
    name: 'create event (500 seats, 5 shards)',
    status: 201,
    arrange: async () => () => createEvent(500),
  },
  {
    name: 'update event, its name',
    status: 200,
    arrange: async () => {
      const eventId = await newEventId();
      return () => update(eventId, { name: 'Midsummer Blues Night' });
    },
  },
  {
    name: 'update event, price of 5 shards',
    status: 200,
    arrange: async () => {
      const eventId = await newEventId();
      return () => update(eventId, { tiers: eventBody(500, { price: 5_900 }).tiers });
    },
  },
];
