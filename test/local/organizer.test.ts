import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Person } from '../support/client.ts';
import { eventBody, tierBody } from '../support/factories.ts';
import { readPages } from '../support/pages.ts';
import { type TestStack, withStack } from '../support/stack.ts';
import { contentsOf, expectInvalid, expectNoTrace, expectProblem } from '../support/trace.ts';

let api: TestStack;
let organizer: Person;
let rival: Person;
let buyer: Person;

beforeAll(async () => {
  api = await withStack();
  [organizer, rival] = [await api.makeOrganizer(), await api.makeOrganizer()];
  buyer = await api.registerUser();
});
afterAll(() => api?.stop());

const events = '/organizer/events';
const get = (path: string, who = organizer) => api.call('GET', path, { token: who.accessToken });
const create = (overrides: Record<string, unknown> = {}, { who = organizer, headers = {} } = {}) =>
  api.call('POST', events, { body: eventBody(overrides), token: who.accessToken, headers });
const createdId = async (...event: Parameters<typeof create>): Promise<string> => (await create(...event)).json.eventId;
const patch = (eventId: string, body: object, ifMatch = '*') =>
  api.call('PATCH', `${events}/${eventId}`, { body, token: organizer.accessToken, headers: { 'if-match': ifMatch } });
const remove = (eventId: string) => api.call('DELETE', `${events}/${eventId}`, { token: organizer.accessToken });
const book = (eventId: string, quantity = 1, tierId = 'standard', who = buyer) =>
  api.call('POST', '/bookings', { body: { eventId, quantity, tierId }, token: who.accessToken });
const refused = <T>(act: () => Promise<T>) => expectNoTrace(api.stack.outputs, act);
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

describe('creating an event', () => {
  test('answers with all of it, where it is and its version, and it is for sale', async () => {
    const body = eventBody({
      name: '  Ночь джаза 🎷 ',
      description: 'Two sets.\n\tDoors at seven.',
      category: 'music',
      startsAt: '2030-06-21T20:00:00+02:00',
      endsAt: '2030-06-21T23:00:00+02:00',
      tiers: [tierBody({ maxPerUser: 4, saleOpensAt: '2025-01-01T00:00:00Z' })],
    });
    const { status, headers, json } = await create(body);
    expect(status).toBe(201);
    expect(json).toEqual({
      ...body,
      eventId: expect.stringMatching(/^evt_[0-9A-HJKMNP-TV-Z]{26}$/),
      status: 'PUBLISHED',
      name: 'Ночь джаза 🎷',
      startsAt: '2030-06-21T18:00:00.000Z',
      endsAt: '2030-06-21T21:00:00.000Z',
      tiers: [
        {
          ...tierBody({ maxPerUser: 4 }),
          saleOpensAt: '2025-01-01T00:00:00.000Z',
          saleClosesAt: '2030-06-21T18:00:00.000Z',
          maxPerBooking: 10,
          available: 500,
          onSale: true,
          soldOut: false,
          waiting: false,
        },
      ],
      version: 1,
      createdAt: json.updatedAt,
      updatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
    expect(headers.get('location')).toBe(`${events}/${json.eventId}`);
    expect((await get(`${events}/${json.eventId}`)).json).toEqual(json);
    const found = await api.call('GET', `/events/${json.eventId}`);
    expect([found.status, found.text, found.headers.get('etag')]).toEqual([
      200,
      JSON.stringify(json),
      headers.get('etag'),
    ]);
    expect((await book(json.eventId)).status).toBe(201);
  });

  test('takes 20 tiers of a million seats each, and sells in every one', async () => {
    const tiers = Array.from({ length: 20 }, (_, n) => tierBody({ tierId: `tier-${n}`, capacity: 1_000_000 }));
    const { status, json } = await create({ tiers });
    expect([status, json.tiers.map(({ available }: { available: number }) => available)]).toEqual([
      201,
      Array(20).fill(1_000_000),
    ]);
    const shards = Object.values(await contentsOf(api.stack.outputs)).filter(({ pk }) =>
      String(pk).startsWith(`EVENT#${json.eventId}#`),
    );
    expect(sum(shards.map(({ capacity }) => Number(capacity)))).toBe(20_000_000);
    for (const tierId of ['tier-0', 'tier-19']) expect((await book(json.eventId, 10, tierId)).status).toBe(201);
  });

  test('with a key happens once, however often and by how many at once it is sent', async () => {
    const headers = { 'idempotency-key': 'create' };
    const answers = await Promise.all(Array.from({ length: 6 }, () => create({}, { headers })));
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    const again = await refused(() => create({}, { headers }));
    expect([again.status, again.text, again.headers.get('idempotency-replayed')]).toEqual([
      201,
      answers[0]?.text,
      'true',
    ]);
    for (const name of ['etag', 'location']) expect(again.headers.get(name)).toBe(answers[0]?.headers.get(name));
    expectProblem(await refused(() => create({ name: 'Other' }, { headers })), 422, 'idempotency-key-reused');
    const theirs = await create({}, { who: rival, headers });
    expect([theirs.status, theirs.headers.get('idempotency-replayed')]).toEqual([201, null]);
    expect(theirs.json.eventId).not.toBe(again.json.eventId);
  });
});

describe('changing an event', () => {
  test('needs the version that was read; seats sold meanwhile make none', async () => {
    const { json, headers } = await create();
    await book(json.eventId);
    const changed = await patch(json.eventId, { name: 'Renamed' }, headers.get('etag') ?? '');
    expect(changed).toMatchObject({
      status: 200,
      json: { ...json, name: 'Renamed', version: 2, tiers: [{ available: 499 }], updatedAt: expect.any(String) },
    });
    expect(changed.headers.get('etag')).not.toBe(headers.get('etag'));
    const stale = await refused(() => patch(json.eventId, { name: 'Late' }, headers.get('etag') ?? ''));
    expectProblem(stale, 412, 'precondition-failed', { currentETag: '"2"' });
    expect((await patch(json.eventId, { name: 'Again' }, stale.json.currentETag)).status).toBe(200);
  });

  test('succeeds for one of those who read the same version', async () => {
    const eventId = await createdId();
    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, n) => patch(eventId, { name: `Name ${n}` }, '"1"')),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412]);
    const winner = answers.find(({ status }) => status === 200);
    expect((await api.call('GET', `/events/${eventId}`)).json.name).toBe(winner?.json.name);
  });

  test('adds, removes and resizes tiers, and what is available follows', async () => {
    const eventId = await createdId({ tiers: [tierBody({ capacity: 250 }), tierBody({ tierId: 'box', capacity: 8 })] });
    await book(eventId, 10);
    const changed = await patch(eventId, {
      tiers: [tierBody({ capacity: 1_000 }), tierBody({ tierId: 'vip', capacity: 30 })],
    });
    expect(changed).toMatchObject({
      status: 200,
      json: {
        tiers: [
          { tierId: 'standard', available: 990 },
          { tierId: 'vip', available: 30 },
        ],
      },
    });
    expect((await book(eventId, 10, 'vip')).status).toBe(201);
    expectProblem(await book(eventId, 1, 'box'), 404, 'not-found');
    const less = await patch(eventId, {
      tiers: [tierBody({ capacity: 10 }), tierBody({ tierId: 'vip', capacity: 11 })],
    });
    expect(less).toMatchObject({
      status: 200,
      json: {
        tiers: [
          { available: 0, soldOut: true },
          { available: 1, soldOut: false },
        ],
      },
    });
    expect((await book(eventId, 1, 'vip')).status).toBe(201);
    expectProblem(await book(eventId, 1), 409, 'sold-out', { available: 0, waitlist: true });
  });

  test('cannot take away what is sold', async () => {
    const eventId = await createdId({ tiers: [tierBody({ capacity: 300 })] });
    for (const quantity of [10, 7]) await book(eventId, quantity);
    const answer = await refused(() => patch(eventId, { name: 'Smaller', tiers: [tierBody({ capacity: 16 })] }));
    expectProblem(answer, 409, 'capacity-too-low', { tierId: 'standard', capacity: 16, sold: 17, held: 0 });
    expect(await patch(eventId, { tiers: [tierBody({ capacity: 17 })] })).toMatchObject({
      status: 200,
      json: { tiers: [{ available: 0 }] },
    });
  });

  test('cannot remove a tier, nor change its currency, once it had a booking', async () => {
    const eventId = await createdId({ tiers: [tierBody(), tierBody({ tierId: 'vip' })] });
    const { bookingId } = (await book(eventId)).json;
    await api.call('DELETE', `/bookings/${bookingId}`, { token: buyer.accessToken });
    for (const tiers of [[tierBody({ tierId: 'vip' })], [tierBody({ currency: 'USD' }), tierBody({ tierId: 'vip' })]]) {
      expectProblem(await refused(() => patch(eventId, { tiers })), 409, 'event-has-bookings', { tierId: 'standard' });
    }
    const free = await patch(eventId, { tiers: [tierBody(), tierBody({ tierId: 'vip', currency: 'USD' })] });
    expect(free.json.tiers[1].currency).toBe('USD');
  });

  test('cannot make a draft of what was published', async () => {
    const eventId = await createdId();
    expectProblem(await refused(() => patch(eventId, { status: 'DRAFT' })), 409, 'invalid-state', {
      state: 'PUBLISHED',
    });
    expect((await patch(eventId, { status: 'PUBLISHED', name: 'Same' })).status).toBe(200);
  });

  test('is checked against what stays', async () => {
    const eventId = await createdId({ tiers: [tierBody({ saleOpensAt: '2030-06-01T00:00:00Z' })] });
    expectInvalid(await refused(() => patch(eventId, { startsAt: '2030-05-01T00:00:00Z' })), 'tiers.0.saleOpensAt');
    expectInvalid(await refused(() => patch(eventId, { endsAt: '2030-05-01T00:00:00Z' })), 'endsAt');
  });

  test('is open to administrators', async () => {
    const eventId = await createdId();
    const options = { body: { name: 'By an admin' }, headers: { 'if-match': '"1"' }, signAs: 'admin' } as const;
    expect(await api.call('PATCH', `/admin/events/${eventId}`, options)).toMatchObject({
      status: 200,
      json: { version: 2 },
    });
  });
});

describe('deleting an event', () => {
  test('takes every trace of it away', async () => {
    const before = await contentsOf(api.stack.outputs);
    const eventId = await createdId({ tiers: [tierBody({ capacity: 1_000 }), tierBody({ tierId: 'vip' })] });
    expect(await remove(eventId)).toMatchObject({ status: 204, text: '' });
    // What tells the audit trail who did it.
    const { [`EVENT#${eventId} DELETED`]: deletion, ...after } = await contentsOf(api.stack.outputs);
    expect(deletion).toMatchObject({ expiresAt: expect.any(Number) });
    expect(after).toEqual(before);
    expectProblem(await remove(eventId), 404, 'not-found');
    for (const path of [`/events/${eventId}`, `${events}/${eventId}/bookings`])
      expectProblem(await get(path), 404, 'not-found');
    expectProblem(await book(eventId), 404, 'not-found');
  });

  test('is refused once it had a booking, cancelled or not, also to administrators', async () => {
    const eventId = await createdId();
    const { bookingId } = (await book(eventId)).json;
    expectProblem(await refused(() => remove(eventId)), 409, 'event-has-bookings');
    await api.call('DELETE', `/bookings/${bookingId}`, { token: buyer.accessToken });
    expectProblem(await refused(() => remove(eventId)), 409, 'event-has-bookings');
    const asAdmin = await refused(() => api.call('DELETE', `/admin/events/${eventId}`, { signAs: 'admin' }));
    expectProblem(asAdmin, 409, 'event-has-bookings');
  });
});

describe('lists', () => {
  test('of own events have these alone, drafts too, newest first; administrators see all', async () => {
    const fresh = await api.makeOrganizer();
    expect((await get(events, fresh)).json).toEqual({ items: [] });
    const made: string[] = [];
    for (const status of ['PUBLISHED', 'DRAFT', 'PUBLISHED']) made.unshift(await createdId({ status }, { who: fresh }));
    const ids = (items: Record<string, unknown>[]) => items.map(({ eventId }) => eventId);
    for (const limit of [1, 2, 3, 100]) {
      expect(ids(await readPages((query) => get(events + query, fresh), limit))).toEqual(made);
    }
    expect(ids(await readPages((query) => get(events + query, fresh), 1, '&status=DRAFT'))).toEqual([made[1]]);
    expect(ids(await readPages((query) => get(events + query, rival), 100))).not.toContain(made[0]);
    const all = await readPages((query) => api.call('GET', `/admin/events${query}`, { signAs: 'admin' }), 3);
    expect(ids(all).slice(0, 3)).toEqual(made);
    expect(new Set(ids(all)).size).toBe(all.length);
    expectProblem(await api.call('GET', `/events/${made[1]}`), 404, 'not-found');
  });

  test("of an event's bookings have holds among them, as they become bookings and as they are made", async () => {
    const eventId = await createdId({ tiers: [tierBody({ capacity: 2_000 })] });
    const made: string[] = [];
    const make = async (hold: boolean) => {
      const body = { eventId, quantity: 1, tierId: 'standard', hold };
      const { json } = await api.call('POST', '/bookings', { body, token: buyer.accessToken });
      made.unshift(json.bookingId);
      return json.bookingId;
    };
    for (let n = 0; n < 9; n += 1) await make(n % 2 === 0);
    const list = (query: string) => get(`${events}/${eventId}/bookings${query}`);
    const ids = (items: Record<string, unknown>[]) => items.map(({ bookingId }) => bookingId);
    for (const limit of [1, 2, 9]) expect(ids(await readPages(list, limit))).toEqual(made);
    const held = made.filter((_, index) => index % 2 === 0);
    expect(ids(await readPages(list, 2, '&status=HELD'))).toEqual(held);
    expect(ids(await readPages(list, 2, '&status=EXPIRED'))).toEqual([]);
    expect(ids(await readPages(list, 2, '&status=CONFIRMED'))).toEqual(made.filter((id) => !held.includes(id)));
    const accept = { accept: 'text/csv' };
    const csv = await api.call('GET', `${events}/${eventId}/bookings`, {
      token: organizer.accessToken,
      headers: accept,
    });
    expect(csv.text.match(/bkg_\w+/g)).toEqual(made);

    const before = [...made];
    const [shown, open] = [before[0], before[4]];
    const first = await list('?limit=3');
    for (const id of [shown, open]) await api.call('POST', `/bookings/${id}/confirm`, { token: buyer.accessToken });
    await make(true);
    const rest = await readPages(
      (query) => list(query.includes('cursor') ? query : `${query}&cursor=${first.json.nextCursor}`),
      3,
    );
    expect(ids([...first.json.items, ...rest])).toEqual(before);
  });

  test("of an event's bookings have buyers, newest first, by state", async () => {
    const eventId = await createdId({ tiers: [tierBody({ capacity: 2_000 })] });
    const made: string[] = [];
    for (let n = 0; n < 7; n += 1) made.unshift((await book(eventId, 1 + n)).json.bookingId);
    await api.call('DELETE', `/bookings/${made[2]}`, { token: buyer.accessToken });
    const list = (query: string) => get(`${events}/${eventId}/bookings${query}`);
    const ids = (items: Record<string, unknown>[]) => items.map(({ bookingId }) => bookingId);
    for (const limit of [1, 3, 7]) {
      const items = await readPages(list, limit);
      expect(ids(items)).toEqual(made);
      expect(items[0]).toMatchObject({ userId: buyer.userId, quantity: 7, status: 'CONFIRMED', eventId });
    }
    expect(ids(await readPages(list, 2, '&status=CONFIRMED'))).toEqual(made.filter((_, index) => index !== 2));
    expect(ids(await readPages(list, 2, '&status=CANCELLED'))).toEqual([made[2]]);
    const asAdmin = await api.call('GET', `/admin/events/${eventId}/bookings`, { signAs: 'admin' });
    expect(ids(asAdmin.json.items)).toEqual(made);
  });
});

test('none of it was a fault of a function', () => expect(api.logged).toEqual([]));
