import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { verifyTable } from '../../bench/verify-table.ts';
import { accountStack, type Received } from '../support/account-client.ts';
import { eventually } from '../support/eventually.ts';
import { eventBody, tierBody } from '../support/factories.ts';

/** Bugs that other ticket systems shipped, each named after what the user sees. */

let world: Awaited<ReturnType<typeof accountStack>>;
let people: string[] = [];

beforeAll(async () => {
  world = await accountStack();
  people = await Promise.all(Array.from({ length: 20 }, async () => (await world.signedIn()).token));
});
afterAll(() => world.stop());

/** Whatever a test did, the table holds together afterwards. */
afterEach(async () => {
  const { dynamodbEndpoint, region, tableName } = world.stack.outputs;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint: dynamodbEndpoint, region, credentials });
  expect(await verifyTable({ client, tableName })).toMatchObject({ findings: [] });
});

const tokenOf = (person: number) => people[person % people.length] ?? '';

async function newEvent(overrides: Record<string, unknown> = {}): Promise<Received> {
  const created = await world.callAsAdmin('POST /admin/events', eventBody(overrides));
  expect(created.status).toBe(201);
  return created;
}
const tiers = (...bodies: Record<string, unknown>[]) => ({ tiers: bodies.map(tierBody) });

function book(person: number, eventId: string, quantity = 1, more: { tierId?: string; key?: string } = {}) {
  const { tierId, key } = more;
  return world.call('POST /bookings', {
    token: tokenOf(person),
    body: { eventId, quantity, ...(tierId && { tierId }) },
    ...(key && { headers: { 'idempotency-key': key } }),
  });
}

const parallel = <Result>(count: number, run: (index: number) => Promise<Result>) =>
  Promise.all(Array.from({ length: count }, (_, index) => run(index)));
const statuses = (answers: Received[]) => {
  const counts: Record<string, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};
const codes = (answers: Received[]) =>
  new Set(answers.filter(({ status }) => status >= 400).map(({ json }) => json.code));

/** What the tiers have left, once the catalogue's memory of a second is over. */
function available(eventId: string, expected: number[]) {
  return eventually(async () => {
    const { json } = await world.call(`GET /events/${eventId}`);
    expect(json.tiers.map((tier: { available: number }) => tier.available)).toEqual(expected);
  });
}

const soldOf = (answers: Received[]) =>
  answers.filter(({ status }) => status === 201).reduce((sum, { json }) => sum + json.quantity, 0);

describe('overselling', () => {
  it('1: of fifty who press at once for the last ticket, one gets it and forty-nine are told that it is gone', async () => {
    const { json } = await newEvent(tiers({ capacity: 1 }));
    const answers = await parallel(50, (person) => book(person, json.eventId));
    expect(statuses(answers)).toEqual({ 201: 1, 409: 49 });
    expect(codes(answers)).toEqual(new Set(['sold-out']));
    await available(json.eventId, [0]);
  });

  it('2: of two people who want the last two tickets, one gets both and the other none', async () => {
    const { json } = await newEvent(tiers({ capacity: 2 }));
    const answers = await parallel(2, (person) => book(person, json.eventId, 2));
    expect(statuses(answers)).toEqual({ 201: 1, 409: 1 });
    await available(json.eventId, [0]);
  });

  it('3: two hundred bookings of one to four for ten seats sell ten, not more and not fewer', async () => {
    const { json } = await newEvent(tiers({ capacity: 10 }));
    const answers = await parallel(200, (person) => book(person, json.eventId, 1 + (person % 4)));
    expect(soldOf(answers)).toBe(10);
    expect(codes(answers)).toEqual(new Set(['sold-out']));
    await available(json.eventId, [0]);
  });

  it('3: the last seats sell when they are left on several shards', async () => {
    const { json } = await newEvent(tiers({ capacity: 250 }));
    const filling = await parallel(30, (person) => book(person, json.eventId, 8));
    expect(soldOf(filling)).toBe(240);
    const rest = await book(0, json.eventId, 10);
    expect(rest.status).toBe(201);
    await available(json.eventId, [0]);
  });

  it('4: sold never exceeds the capacity after any step of booking and cancelling', async () => {
    const { json } = await newEvent(tiers({ capacity: 5 }));
    const mine: { id: string; person: number }[] = [];
    let sold = 0;
    for (let step = 0; step < 30; step += 1) {
      const cancelled = step % 3 === 2 ? mine.shift() : undefined;
      if (cancelled) {
        const answer = await world.call(`DELETE /bookings/${cancelled.id}`, { token: tokenOf(cancelled.person) });
        expect(answer.status).toBe(200);
        sold -= answer.json.quantity;
        continue;
      }
      const answer = await book(step, json.eventId);
      if (answer.status === 201) {
        sold += 1;
        mine.push({ id: answer.json.bookingId, person: step });
      } else expect(sold).toBe(5);
      expect(sold).toBeLessThanOrEqual(5);
    }
    await available(json.eventId, [5 - sold]);
  });

  it('23: a thousand people in one on-sale get an answer, and none of them is a fault of the server', async () => {
    const { json } = await newEvent(tiers({ capacity: 300 }));
    const answers = await parallel(1_000, (person) => book(person, json.eventId));
    expect(statuses(answers)).toEqual({ 201: 300, 409: 700 });
    expect(codes(answers)).toEqual(new Set(['sold-out']));
  });
});

describe('changing the capacity', () => {
  const patch = (event: Received, body: object) =>
    world.callAsAdmin(`PATCH /admin/events/${event.json.eventId}`, body, {
      'if-match': event.headers.get('etag') ?? '',
    });

  it('11: a capacity below what is sold is the organizer’s mistake, and no buyer sees an error', async () => {
    const event = await newEvent(tiers({ capacity: 10 }));
    await parallel(3, (person) => book(person, event.json.eventId, 2));
    const refused = await patch(event, tiers({ capacity: 5 }));
    expect(refused.json).toMatchObject({ status: 409, code: 'capacity-too-low', capacity: 5, sold: 6, held: 0 });
    expect((await book(4, event.json.eventId)).status).toBe(201);
    const lowered = await patch(event, tiers({ capacity: 7 }));
    expect(lowered.status).toBe(200);
    expect((await book(5, event.json.eventId)).json.code).toBe('sold-out');
  });

  it('4: while buyers storm in, lowering and raising it never sells more than there is', async () => {
    let event = await newEvent(tiers({ capacity: 300 }));
    const { eventId } = event.json;
    const storm = parallel(150, (person) => book(person, eventId, 2));
    for (const capacity of [200, 320, 310]) {
      const answer = await patch(event, tiers({ capacity }));
      if (answer.status === 200) event = answer;
      else expect(answer.json.code).toBe('capacity-too-low');
    }
    const sold = soldOf(await storm);
    const { capacity } = event.json.tiers[0];
    expect(sold).toBeLessThanOrEqual(capacity);
    await available(eventId, [capacity - sold]);
  });
});

describe('cancelling', () => {
  it('12: gives back every counter: the seat, the purchase limit, the revenue', async () => {
    const { json } = await newEvent(tiers({ capacity: 2, maxPerUser: 2 }));
    const booked = await book(0, json.eventId, 2);
    expect((await book(0, json.eventId)).json.code).toBe('purchase-limit');
    expect((await book(1, json.eventId)).json.code).toBe('sold-out');
    const remove = () => world.call(`DELETE /bookings/${booked.json.bookingId}`, { token: tokenOf(0) });
    const cancelled = await Promise.all([remove(), remove(), remove()]);
    expect(cancelled.map(({ text }) => text)).toEqual(Array(3).fill(cancelled[0]?.text));
    expect(cancelled[0]?.json.status).toBe('CANCELLED');
    await available(json.eventId, [2]);
    expect((await book(0, json.eventId, 2)).status).toBe(201);
  });

  it('6: gives the seats back exactly once, however often it is sent', async () => {
    const { json } = await newEvent(tiers({ capacity: 10 }));
    const booked = await book(0, json.eventId, 3);
    await parallel(20, () => world.call(`DELETE /bookings/${booked.json.bookingId}`, { token: tokenOf(0) }));
    await available(json.eventId, [10]);
  });
});

describe('tiers', () => {
  it('13: trouble in one tier never blocks another', async () => {
    const { json } = await newEvent(tiers({ capacity: 1 }, { tierId: 'vip', name: 'VIP', capacity: 40 }));
    const [standard, vip] = await Promise.all([
      parallel(40, (person) => book(person, json.eventId, 1, { tierId: 'standard' })),
      parallel(40, (person) => book(person, json.eventId, 1, { tierId: 'vip' })),
    ]);
    expect(statuses(standard)).toEqual({ 201: 1, 409: 39 });
    expect(statuses(vip)).toEqual({ 201: 40 });
  });

  it('22: a limit for one person holds under parallel requests', async () => {
    const { json } = await newEvent(tiers({ capacity: 100, maxPerUser: 3 }));
    const answers = await parallel(20, () => book(7, json.eventId));
    expect(statuses(answers)).toEqual({ 201: 3, 409: 17 });
    expect(codes(answers)).toEqual(new Set(['purchase-limit']));
    expect((await book(8, json.eventId, 3)).status).toBe(201);
    await available(json.eventId, [94]);
  });
});

describe('repeating a request', () => {
  it('24: twenty at once with one idempotency key make one booking, and all get the same answer', async () => {
    const { json } = await newEvent(tiers({ capacity: 100 }));
    const answers = await parallel(20, () => book(3, json.eventId, 2, { key: 'one-and-only' }));
    expect(statuses(answers)).toEqual({ 201: 20 });
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers.filter(({ headers }) => headers.get('idempotency-replayed') === 'true')).toHaveLength(19);
    await available(json.eventId, [98]);
  });

  it('24: the one who got the last seat gets the same answer again after the tier is sold out', async () => {
    const { json } = await newEvent(tiers({ capacity: 1 }));
    const first = await book(0, json.eventId, 1, { key: 'last-seat' });
    await parallel(20, (person) => book(person, json.eventId));
    const again = await parallel(8, () => book(0, json.eventId, 1, { key: 'last-seat' }));
    expect(new Set(again.map(({ text }) => text))).toEqual(new Set([first.text]));
  });

  it('21: a function that runs twice for one request writes one booking', async () => {
    const { json } = await newEvent(tiers({ capacity: 10 }));
    const { dynamodbEndpoint, region, tableName } = world.stack.outputs;
    vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', dynamodbEndpoint);
    vi.stubEnv('AWS_REGION', region);
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
    vi.stubEnv('TABLE_NAME', tableName);
    const { handler } = await import('../../functions/entry/booking.ts');
    const event = {
      routeKey: 'POST /bookings',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ eventId: json.eventId, quantity: 2 }),
      requestContext: {
        requestId: 'the-same-request',
        timeEpoch: Date.now(),
        http: { method: 'POST', sourceIp: '192.0.2.1' },
        authorizer: { jwt: { claims: { sub: 'twice', token_use: 'access' } } },
      },
    } as unknown as Parameters<typeof handler>[0];
    const context = { getRemainingTimeInMillis: () => 9_000 } as Parameters<typeof handler>[1];
    const [first, second] = [await handler(event, context), await handler(event, context)];
    expect([first.statusCode, second.statusCode]).toEqual([201, 201]);
    expect(second.body).toBe(first.body);
    await available(json.eventId, [8]);
  });
});
