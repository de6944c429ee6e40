import { marshall } from '@aws-sdk/util-dynamodb';
import type { Context, SQSRecord } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { tierKey } from '../../functions/store/keys.ts';
import type { Person, Received } from '../support/client.ts';
import { eventually, passed } from '../support/eventually.ts';
import { eventBody, tierBody } from '../support/factories.ts';
import { readPages } from '../support/pages.ts';
import { type TestStack, withStack } from '../support/stack.ts';
import { contentsOf, expectInvalid, expectProblem } from '../support/trace.ts';
import { verified } from '../support/verified.ts';

/** Bugs that other ticket systems shipped with their waitlists, on a stage whose holds last five seconds. */

let api: TestStack;
let people: Person[];

beforeAll(async () => {
  api = await withStack({ context: { holdTtlSeconds: 5 } });
  people = await Promise.all(Array.from({ length: 6 }, () => api.registerUser()));
});
afterAll(async () => {
  await verified(api.stack.outputs);
  await api.stop();
});

const as = (n: number, method: string, path: string, body?: object, headers = {}): Promise<Received> =>
  api.call(method, path, { token: people[n]?.accessToken ?? '', headers, ...(body && { body }) });
const newEvent = async (tier: Record<string, unknown> = {}, more = {}) =>
  (await api.createEvent({ tiers: [tierBody({ capacity: 1, ...tier })], ...more })).eventId;
const book = (n: number, eventId: string, quantity = 1, more = {}) =>
  as(n, 'POST', '/bookings', { eventId, quantity, ...more });
const cancel = (n: number, bookingId: string) => as(n, 'DELETE', `/bookings/${bookingId}`);
const join = (n: number, eventId: string, quantity = 1, headers = {}) =>
  as(n, 'POST', `/events/${eventId}/waitlist`, { quantity }, headers);
const leave = (n: number, eventId: string) => as(n, 'DELETE', `/events/${eventId}/waitlist/standard`);
const placesOf = async (n: number, eventId: string) => (await as(n, 'GET', `/events/${eventId}/waitlist`)).json.items;
const bookingsOf = async (n: number, eventId: string) =>
  (await as(n, 'GET', '/bookings?limit=100')).json.items.filter(
    (booking: { eventId: string }) => booking.eventId === eventId,
  );
const confirmedOf = async (n: number, eventId: string) =>
  (await bookingsOf(n, eventId)).filter(({ status }: { status: string }) => status === 'CONFIRMED');
const entriesOf = (eventId: string, filter = '') =>
  readPages((query) => api.call('GET', `/admin/events/${eventId}/waitlist${query}`, { signAs: 'admin' }), 2, filter);
const tierOf = async (eventId: string) => (await api.call('GET', `/events/${eventId}`)).json.tiers[0];
const promoted = (n: number, eventId: string, quantity = 1) =>
  eventually(async () => expect(await confirmedOf(n, eventId)).toMatchObject([{ quantity }]));
/** All seats of an event, in the hands of person 0. */
async function soldOut(tier: Record<string, unknown> = {}, quantity = 1, more = {}) {
  const eventId = await newEvent({ capacity: quantity, ...tier }, more);
  const { json, status, text } = await book(0, eventId, quantity);
  expect(status, text).toBe(201);
  return { eventId, bookingId: json.bookingId as string };
}

describe.concurrent('joining', () => {
  it('is answered with the place, and the place is found', async () => {
    const { eventId } = await soldOut();
    const joined = await join(1, eventId);
    expect(joined.status, joined.text).toBe(201);
    expect(joined.json).toEqual({
      tierId: 'standard',
      quantity: 1,
      position: 1,
      size: 1,
      status: 'WAITING',
      joinedAt: expect.stringMatching(/Z$/),
    });
    expect(joined.headers.get('location')).toBe(`/events/${eventId}/waitlist`);
    expect((await join(2, eventId)).json).toMatchObject({ position: 2, size: 2 });
    expect(await placesOf(1, eventId)).toEqual([{ ...joined.json, size: 2 }]);
    expect(await placesOf(3, eventId)).toEqual([]);
    expect((await tierOf(eventId)).waiting).toBe(true);
  });

  it('while seats are free is refused, also where they are those of a hold that just expired', async () => {
    const eventId = await newEvent({ capacity: 2 });
    expectProblem(await join(1, eventId), 409, 'seats-available', { available: 2 });
    const { json: hold } = await book(0, eventId, 2, { hold: true });
    expect((await join(1, eventId)).status).toBe(201);
    expect((await leave(1, eventId)).status).toBe(204);
    await eventually(async () => expect((await tierOf(eventId)).waiting).toBe(false));
    await passed(hold.holdExpiresAt);
    expectProblem(await join(1, eventId), 409, 'seats-available', { available: 2 });
  });

  it('twice is refused, and the same request with the same key is answered as before', async () => {
    const { eventId } = await soldOut();
    const first = await join(1, eventId, 1, { 'idempotency-key': 'k1' });
    const second = await join(1, eventId, 1, { 'idempotency-key': 'k1' });
    expect([second.status, second.text]).toEqual([201, first.text]);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expectProblem(await join(1, eventId, 2, { 'idempotency-key': 'k1' }), 422, 'idempotency-key-reused');
    expectProblem(await join(1, eventId), 409, 'already-waiting', { tierId: 'standard' });
    expect(await entriesOf(eventId)).toHaveLength(1);
  });

  it('of 20 people at once gives each a place of their own', async () => {
    const { eventId } = await soldOut();
    const crowd = await Promise.all(Array.from({ length: 20 }, () => api.registerUser()));
    const answers = await Promise.all(
      crowd.map(({ accessToken: token }) =>
        api.call('POST', `/events/${eventId}/waitlist`, { token, body: { quantity: 1 } }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(crowd.map(() => 201));
    const positions = answers.map(({ json }) => json.position).sort((a, b) => a - b);
    expect(positions).toEqual(crowd.map((_, index) => index + 1));
  });

  it('is refused where the event, tier or quantity does not exist', async () => {
    const { eventId } = await soldOut({ maxPerBooking: 2 });
    expectProblem(await join(1, 'evt_01JY3W8H6V7Q2X4Z9K5M1N0PRS'), 404, 'not-found');
    expectInvalid(await join(1, eventId, 3), 'quantity');
    const vip = await as(1, 'POST', `/events/${eventId}/waitlist`, { quantity: 1, tierId: 'vip' });
    expectProblem(vip, 404, 'not-found');
  });
});

describe.concurrent('while people wait', () => {
  it('direct bookings are refused, and told whether seats are free', async () => {
    const { eventId, bookingId } = await soldOut({}, 3);
    expectProblem(await book(2, eventId), 409, 'sold-out', { available: 0, waitlist: true });
    expect((await join(1, eventId, 4)).status).toBe(201);
    await cancel(0, bookingId);
    await eventually(async () => expectProblem(await book(2, eventId), 409, 'waitlist-first', { available: 3 }));
    expect((await leave(1, eventId)).status).toBe(204);
    expectProblem(await leave(1, eventId), 404, 'not-found');
    await eventually(async () => expect((await book(2, eventId)).status).toBe(201));
    expect(await entriesOf(eventId)).toMatchObject([{ status: 'LEFT', quantity: 4 }]);
  });

  it('12: a per-user limit counts bookings, holds and places together, and each gives back its part once', async () => {
    const { eventId, bookingId } = await soldOut({ maxPerUser: 2 }, 2);
    expectProblem(await join(0, eventId), 409, 'purchase-limit', { maxPerUser: 2, purchased: 2 });
    expect((await join(1, eventId, 2)).status).toBe(201);
    await cancel(0, bookingId);
    await promoted(1, eventId, 2);
    expectProblem(await join(1, eventId), 409, 'purchase-limit', { maxPerUser: 2, purchased: 2 });
    expect((await join(0, eventId, 2)).status).toBe(201);
    expect((await leave(0, eventId)).status).toBe(204);
    const [booking] = await confirmedOf(1, eventId);
    expect((await cancel(1, booking.bookingId)).status).toBe(200);
    await eventually(async () => expect((await book(1, eventId, 2)).status).toBe(201));
  });
});

describe.concurrent('promotion', () => {
  it('16: is first come, first served; who does not fit keeps the place, and the organizer sees why', async () => {
    const { eventId, bookingId } = await soldOut({}, 2);
    for (const [n, quantity] of [
      [1, 3],
      [2, 1],
      [3, 1],
      [4, 1],
    ] as const) {
      expect((await join(n, eventId, quantity)).status).toBe(201);
    }
    await cancel(0, bookingId);
    await promoted(2, eventId);
    await promoted(3, eventId);
    expect(await bookingsOf(1, eventId)).toEqual([]);
    expect(await bookingsOf(4, eventId)).toEqual([]);
    expect(await placesOf(1, eventId)).toMatchObject([{ position: 1, size: 2, status: 'WAITING' }]);
    const entries = await entriesOf(eventId);
    expect(entries.map(({ quantity, status }) => [quantity, status])).toEqual([
      [3, 'WAITING'],
      [1, 'PROMOTED'],
      [1, 'PROMOTED'],
      [1, 'WAITING'],
    ]);
    expect(entries[0]?.passedOver).toMatchObject({ reason: '1 seat was free, 3 are wanted', available: 1 });
    expect(entries[3]).not.toHaveProperty('passedOver');
    expect(await entriesOf(eventId, '&status=WAITING&tierId=standard')).toHaveLength(2);
    expect(await entriesOf(eventId, '&tierId=vip')).toEqual([]);
    expect(entries[1]?.bookingId).toBe((await confirmedOf(2, eventId))[0].bookingId);
  });

  it('reaches somebody who joins later and whom the seats fit that were left over', async () => {
    const { eventId, bookingId } = await soldOut({}, 2);
    expect((await join(1, eventId, 3)).status).toBe(201);
    await cancel(0, bookingId);
    await eventually(async () => {
      expect(await entriesOf(eventId)).toMatchObject([{ passedOver: { reason: '2 seats were free, 3 are wanted' } }]);
    });
    expect((await join(2, eventId, 2)).json).toMatchObject({ position: 2, size: 2 });
    await promoted(2, eventId, 2);
  });

  it('14: of who cancels then frees the seat for the next, and never comes again', async () => {
    const { eventId, bookingId } = await soldOut();
    await join(1, eventId);
    await join(2, eventId);
    await cancel(0, bookingId);
    await promoted(1, eventId);
    const [booking] = await confirmedOf(1, eventId);
    expect((await cancel(1, booking.bookingId)).status).toBe(200);
    await promoted(2, eventId);
    expect(await bookingsOf(1, eventId)).toMatchObject([{ status: 'CANCELLED' }]);
    expect(await placesOf(1, eventId)).toEqual([]);
  });

  it('15, 18: never exceeds what is free, however many seats become free at once', async () => {
    const { eventId } = await newEventOfSingles(3);
    for (const n of [3, 4, 5]) expect((await join(n, eventId, 1)).status).toBe(201);
    const bookings = await Promise.all([0, 1].map(async (n) => (await confirmedOf(n, eventId))[0].bookingId));
    await Promise.all(bookings.map((bookingId, n) => cancel(n, bookingId)));
    await promoted(3, eventId);
    await promoted(4, eventId);
    expect(await bookingsOf(5, eventId)).toEqual([]);
    expect(await placesOf(5, eventId)).toMatchObject([{ position: 1, size: 1 }]);
  });

  it('follows a larger capacity, and opens the sale again when nobody waits any more', async () => {
    const { eventId } = await soldOut();
    await join(1, eventId);
    await join(2, eventId);
    const headers = { 'if-match': '"1"' };
    const change = { tiers: [tierBody({ capacity: 300 })] };
    const { status } = await api.call('PATCH', `/admin/events/${eventId}`, { body: change, headers, signAs: 'admin' });
    expect(status).toBe(200);
    await promoted(1, eventId);
    await promoted(2, eventId);
    await eventually(async () => expect((await book(3, eventId)).status).toBe(201));
    expect(await tierOf(eventId)).toMatchObject({ waiting: false });
  });

  it('20: follows the end of a hold too', async () => {
    const eventId = await newEvent({ capacity: 1 });
    expect((await book(0, eventId, 1, { hold: true })).status).toBe(201);
    expect((await join(1, eventId)).status).toBe(201);
    await eventually(async () => expect(await confirmedOf(1, eventId)).toHaveLength(1));
  });

  it('17: does not happen after the sale closed: the list closes instead', async () => {
    const saleClosesAt = new Date(Date.now() + 4_000).toISOString();
    const { eventId, bookingId } = await soldOut({ saleClosesAt, maxPerUser: 1 });
    expect((await join(1, eventId)).status).toBe(201);
    await passed(saleClosesAt);
    expect(await placesOf(1, eventId)).toMatchObject([{ status: 'CLOSED' }]);
    expect((await placesOf(1, eventId))[0]).not.toHaveProperty('position');
    expectProblem(await join(2, eventId), 409, 'waitlist-closed', { closedAt: saleClosesAt });
    expect((await cancel(0, bookingId)).status).toBe(200);
    await eventually(async () => expect(await entriesOf(eventId)).toMatchObject([{ status: 'CLOSED' }]));
    expect(await placesOf(1, eventId)).toMatchObject([{ status: 'CLOSED' }]);
    expectProblem(await leave(1, eventId), 404, 'not-found');
    expect(await bookingsOf(1, eventId)).toEqual([]);
  });
});

describe('a sale that is over', () => {
  it('17: closes its waitlist also where no seat moves, when somebody looks', async () => {
    const saleClosesAt = new Date(Date.now() + 3_000).toISOString();
    const { eventId } = await soldOut({ saleClosesAt });
    for (const n of [1, 2]) expect((await join(n, eventId)).status).toBe(201);
    await passed(saleClosesAt);
    expect(await placesOf(1, eventId)).toMatchObject([{ status: 'CLOSED' }]);
    await eventually(async () => {
      expect(await entriesOf(eventId)).toMatchObject([{ status: 'CLOSED' }, { status: 'CLOSED' }]);
    });
    expect(await placesOf(2, eventId)).toMatchObject([{ status: 'CLOSED' }]);
    await eventually(async () => expect((await tierOf(eventId)).waiting).toBe(false));
  });
});

describe('an event that is cancelled', () => {
  it('19: closes its waitlist and tells everyone on it, and nobody joins any more', async () => {
    const { eventId } = await soldOut({ maxPerUser: 2 });
    for (const n of [1, 2]) expect((await join(n, eventId)).status).toBe(201);
    const { status } = await api.call('POST', `/admin/events/${eventId}/cancel`, { signAs: 'admin' });
    expect(status).toBe(202);
    expect((await join(3, eventId)).json).toMatchObject({ status: 409, code: 'event-cancelled' });
    expect(await placesOf(1, eventId)).toMatchObject([{ status: 'CLOSED' }]);
    await eventually(async () => {
      expect(await entriesOf(eventId)).toMatchObject([{ status: 'CLOSED' }, { status: 'CLOSED' }]);
      for (const n of [1, 2]) {
        const { items } = (await as(n, 'GET', '/notifications')).json;
        expect(items).toContainEqual(expect.objectContaining({ kind: 'event-cancelled', eventId }));
      }
    });
    for (const n of [1, 2]) expect(await bookingsOf(n, eventId)).toEqual([]);
  });
});

describe('the waitlist of an event', () => {
  it("is its organizer's and the administrators' to see", async () => {
    const [olga, otto] = [await api.makeOrganizer(), await api.makeOrganizer()];
    const body = eventBody({ tiers: [tierBody({ capacity: 1 })] });
    const { json } = await api.call('POST', '/organizer/events', { body, token: olga.accessToken });
    const path = `/organizer/events/${json.eventId}/waitlist`;
    expect(await api.call('GET', path, { token: olga.accessToken })).toMatchObject({
      status: 200,
      json: { items: [] },
    });
    expectProblem(await api.call('GET', path, { token: otto.accessToken }), 404, 'not-found');
    expectProblem(await as(0, 'GET', path), 403, 'forbidden');
  });
});

describe('the worker', () => {
  /** The worker itself beside the one of the stack, on the same table. */
  async function worker() {
    const { dynamodbEndpoint, region, tableName } = api.stack.outputs;
    const variables = {
      AWS_ENDPOINT_URL_DYNAMODB: dynamodbEndpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      TABLE_NAME: tableName,
    };
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    const { handler } = await import('../../functions/workers/promote-waitlist.ts');
    const context = { awsRequestId: 'run', getRemainingTimeInMillis: () => 10_000 } as Context;
    return async (bodies: string[]) => {
      const records = bodies.map((body, n) => ({ messageId: `m${n}`, body, eventSource: 'aws:sqs' }) as SQSRecord);
      const { batchItemFailures } = await handler({ Records: records }, context);
      return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).sort();
    };
  }
  const messageOf = (image: Record<string, unknown>, eventID: string) =>
    JSON.stringify({ eventID, eventName: 'MODIFY', dynamodb: { SequenceNumber: eventID, NewImage: marshall(image) } });
  const itemsOf = async (eventId: string) => {
    const items = Object.entries(await contentsOf(api.stack.outputs));
    return items.filter(
      ([key, item]) => JSON.stringify(item).includes(eventId) && /TIER#|BOOKING#|WAITLIST#/.test(key),
    );
  };

  it('does nothing more for messages that come three times, out of order, with a new id or from the beginning', async () => {
    const run = await worker();
    const { eventId, bookingId } = await soldOut();
    const images: Record<string, unknown>[] = [];
    const remember = async () => images.push(...(await itemsOf(eventId)).map(([, item]) => item));
    await join(1, eventId);
    await join(2, eventId);
    await remember();
    await cancel(0, bookingId);
    await remember();
    await promoted(1, eventId);
    await remember();
    const before = await itemsOf(eventId);
    const messages = images
      .filter((image) => 'tierKey' in image)
      .map((image, n) => messageOf({ ...image, waiting: true, available: 1 }, `e${n}`));
    const redriven = messages.map((message) => message.replaceAll(/"e(\d+)"/g, '"new$1"'));
    for (const batch of [messages, messages.toReversed(), [...messages, ...messages], redriven]) {
      expect(await run(batch)).toEqual([]);
    }
    expect(await itemsOf(eventId)).toEqual(before);
  });

  it('18: that runs several times at once makes one promotion of one seat', async () => {
    const run = await worker();
    const { eventId, bookingId } = await soldOut();
    for (const n of [1, 2, 3]) await join(n, eventId);
    const shard = { tierKey: tierKey(eventId, 'standard') };
    await cancel(0, bookingId);
    const runs = Array.from({ length: 5 }, (_, n) => run([messageOf(shard, `e${n}`)]));
    expect((await Promise.all(runs)).flat()).toEqual([]);
    await promoted(1, eventId);
    expect([...(await bookingsOf(2, eventId)), ...(await bookingsOf(3, eventId))]).toEqual([]);
  });

  it('sets a message aside that it cannot read, and does its neighbours once', async () => {
    const run = await worker();
    const { eventId, bookingId } = await soldOut();
    await join(1, eventId);
    await cancel(0, bookingId);
    const good = messageOf({ tierKey: tierKey(eventId, 'standard') }, 'e1');
    const bad = [messageOf({ tierKey: 'USER#ada' }, 'e2'), '{', '{}'];
    expect(await run([bad[0] ?? '', good, ...bad.slice(1)])).toEqual(['m0', 'm2', 'm3']);
    await promoted(1, eventId);
  });
});

/** Sold out to people 0 to count - 1, one seat each. */
async function newEventOfSingles(count: number) {
  const eventId = await newEvent({ capacity: count });
  for (let n = 0; n < count; n += 1) expect((await book(n, eventId)).status).toBe(201);
  return { eventId };
}
