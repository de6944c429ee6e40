import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Person } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import { tierBody } from '../support/factories.ts';
import { readPages } from '../support/pages.ts';
import { type TestStack, withStack } from '../support/stack.ts';
import { bytesOf, contentsOf, expectInvalid, expectNoTrace, expectProblem } from '../support/trace.ts';

let api: TestStack;
let buyer: Person;
let other: Person;

beforeAll(async () => {
  api = await withStack();
  [buyer, other] = [await api.registerUser(), await api.registerUser()];
});
afterAll(() => api?.stop());

interface Order {
  eventId: string;
  quantity?: number;
  tierId?: string;
}
const book = ({ quantity = 1, ...order }: Order, { who = buyer, key }: { who?: Person; key?: string } = {}) =>
  api.call('POST', '/bookings', {
    body: { ...order, quantity },
    token: who.accessToken,
    headers: key === undefined ? {} : { 'idempotency-key': key },
  });
const asBuyer = (method: string, path: string, who = buyer) => api.call(method, path, { token: who.accessToken });
const withTier = (tier: object) => api.createEvent({ tiers: [tierBody({ ...tier })] });
const availableOf = async (eventId: string): Promise<number> =>
  (await api.call('GET', `/events/${eventId}`)).json.tiers[0].available;
const refused = <T>(act: () => Promise<T>) => expectNoTrace(api.stack.outputs, act);

/** Shards, bookings and idempotency records of an event, or of everybody. */
const countOf = async (part: RegExp) =>
  Object.keys(await contentsOf(api.stack.outputs)).filter((key) => part.test(key)).length;

describe('a booking', () => {
  test('is answered with its address and what it costs, and is found there', async () => {
    const { eventId } = await api.createEvent({ name: 'Жар-птица 🎭 — Übermut' });
    const { status, json, headers } = await book({ eventId, quantity: 3 });
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(status).toBe(201);
    expect(json).toEqual({
      bookingId: expect.stringMatching(/^bkg_[0-9A-HJKMNP-TV-Z]{26}$/),
      eventId,
      eventName: 'Жар-птица 🎭 — Übermut',
      tierId: 'standard',
      quantity: 3,
      unitPrice: 4_900,
      total: 14_700,
      currency: 'EUR',
      status: 'CONFIRMED',
      createdAt: time,
      updatedAt: time,
    });
    expect(headers.get('location')).toBe(`/bookings/${json.bookingId}`);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('idempotency-replayed')).toBeNull();
    expect(await asBuyer('GET', `/bookings/${json.bookingId}`)).toMatchObject({ status: 200, json });
  });

  test('needs no tierId where there is one tier, and needs it where there are several', async () => {
    const { eventId } = await api.createEvent({ tiers: [tierBody(), tierBody({ tierId: 'constructor', price: 100 })] });
    expectInvalid(await refused(() => book({ eventId })), 'tierId');
    expect(await book({ eventId, tierId: 'constructor' })).toMatchObject({ status: 201, json: { total: 100 } });
    expectProblem(await refused(() => book({ eventId, tierId: 'vip' })), 404, 'not-found');
  });

  test('takes part in the seats that everybody sees', async () => {
    const { eventId } = await withTier({ capacity: 250 });
    expect(await availableOf(eventId)).toBe(250);
    for (const quantity of [10, 5]) await book({ eventId, quantity });
    await eventually(async () => expect(await availableOf(eventId)).toBe(235));
  });

  test('may be free of charge', async () => {
    const { eventId } = await withTier({ price: 0 });
    expect(await book({ eventId })).toMatchObject({ status: 201, json: { unitPrice: 0, total: 0 } });
  });

  test('pays the price that the organizer just set, and earlier ones keep theirs', async () => {
    const { eventId } = await api.createEvent();
    const { json: earlier } = await book({ eventId });
    const change = { tiers: [tierBody({ price: 9_900 })] };
    const headers = { 'if-match': '"1"' };
    await api.call('PATCH', `/admin/events/${eventId}`, { body: change, headers, signAs: 'admin' });
    expect(await book({ eventId, quantity: 2 })).toMatchObject({
      status: 201,
      json: { unitPrice: 9_900, total: 19_800 },
    });
    expect((await asBuyer('GET', `/bookings/${earlier.bookingId}`)).json.unitPrice).toBe(4_900);
  });
});

describe('a booking is refused', () => {
  test('before the sale opens', async () => {
    const saleOpensAt = '2030-01-01T10:00:00.000Z';
    const { eventId } = await withTier({ saleOpensAt: '2030-01-01T12:00:00+02:00' });
    expectProblem(await refused(() => book({ eventId }, { key: 'early' })), 409, 'sale-not-open', { saleOpensAt });
  });

  test('after the sale closed', async () => {
    const saleClosesAt = '2025-01-01T00:00:00.000Z';
    const { eventId } = await withTier({ saleClosesAt });
    expectProblem(await refused(() => book({ eventId }, { key: 'late' })), 409, 'sale-closed', { saleClosesAt });
  });

  test('when the event has begun', async () => {
    const startsAt = '2025-06-21T18:00:00.000Z';
    const { eventId } = await api.createEvent({ startsAt });
    expectProblem(await refused(() => book({ eventId })), 409, 'sale-closed', { saleClosesAt: startsAt });
  });

  test('when fewer seats are left, and takes these when asked for them', async () => {
    const { eventId } = await withTier({ capacity: 3 });
    await book({ eventId, quantity: 1 });
    const tooMany = await refused(() => book({ eventId, quantity: 3 }, { key: 'too-many' }));
    expectProblem(tooMany, 409, 'sold-out', { available: 2, waitlist: false });
    expect((await book({ eventId, quantity: 2 })).status).toBe(201);
    expectProblem(await refused(() => book({ eventId })), 409, 'sold-out', { available: 0, waitlist: true });
  });

  test('in one tier only: the other sells on', async () => {
    const { eventId } = await api.createEvent({ tiers: [tierBody({ capacity: 1 }), tierBody({ tierId: 'vip' })] });
    await book({ eventId, tierId: 'standard' });
    expectProblem(await book({ eventId, tierId: 'standard' }), 409, 'sold-out', { available: 0, waitlist: true });
    expect((await book({ eventId, tierId: 'vip' })).status).toBe(201);
  });

  test('beyond what one person may have, however many requests come at once', async () => {
    const { eventId } = await withTier({ maxPerUser: 3 });
    const answers = await Promise.all(Array.from({ length: 8 }, () => book({ eventId })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
    for (const answer of answers.filter(({ status }) => status !== 201)) {
      expectProblem(answer, 409, 'purchase-limit', { maxPerUser: 3, purchased: 3 });
    }
    expect((await book({ eventId, quantity: 3 }, { who: other })).status).toBe(201);
  });

  test('beyond the limit with the number that the person has, and cancelling makes room', async () => {
    const { eventId } = await withTier({ maxPerUser: 3 });
    const { json } = await book({ eventId, quantity: 2 });
    for (const quantity of [2, 4]) {
      const answer = await refused(() => book({ eventId, quantity }, { key: `limit-${quantity}` }));
      expectProblem(answer, 409, 'purchase-limit', { maxPerUser: 3, purchased: 2 });
    }
    await asBuyer('DELETE', `/bookings/${json.bookingId}`);
    expect((await book({ eventId, quantity: 3 })).status).toBe(201);
  });

  test('for a draft, as if there were no such event, until it is published', async () => {
    const { eventId } = await api.createEvent({ status: 'DRAFT' });
    const missing = await book({ eventId: 'evt_01JY3W8H6V7Q2X4Z9K5M1N0PRS' });
    expect(bytesOf(await refused(() => book({ eventId }, { key: 'draft' })))).toBe(bytesOf(missing));
    const publish = { body: { status: 'PUBLISHED' }, headers: { 'if-match': '"1"' } };
    await api.call('PATCH', `/admin/events/${eventId}`, { ...publish, signAs: 'admin' });
    expect((await book({ eventId })).status).toBe(201);
  });
});

describe('an Idempotency-Key', () => {
  test('gets the first answer again, byte for byte, and books once', async () => {
    const { eventId } = await withTier({ capacity: 10 });
    const first = await book({ eventId, quantity: 2 }, { key: 'k-1' });
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    const again = await refused(() => book({ eventId, quantity: 2 }, { key: 'k-1' }));
    expect([again.status, again.text, again.headers.get('location')]).toEqual([
      201,
      first.text,
      first.headers.get('location'),
    ]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'));
  });

  test('is the same request with its members in another order and other spaces', async () => {
    const { eventId } = await api.createEvent();
    const send = (body: string) =>
      api.call('POST', '/bookings', { body, token: buyer.accessToken, headers: { 'idempotency-key': 'order' } });
    const first = await send(`{"eventId":"${eventId}","quantity":1}`);
    const second = await send(`{ "quantity": 1,\n "eventId": "${eventId}" }`);
    expect([second.status, second.text]).toEqual([201, first.text]);
  });

  test('is refused with another body', async () => {
    const { eventId } = await api.createEvent();
    const key = 'k-2';
    await book({ eventId }, { key });
    for (const order of [
      { eventId, quantity: 2 },
      { eventId, tierId: 'standard' },
    ]) {
      expectProblem(await refused(() => book(order, { key })), 422, 'idempotency-key-reused');
    }
  });

  test('belongs to its caller', async () => {
    const { eventId } = await api.createEvent();
    const mine = await book({ eventId }, { key: 'shared' });
    const theirs = await book({ eventId }, { key: 'shared', who: other });
    expect([theirs.status, theirs.headers.get('idempotency-replayed')]).toEqual([201, null]);
    expect(theirs.json.bookingId).not.toBe(mine.json.bookingId);
  });

  test.each(['!', 'k'.repeat(255), 'a#b', '*', '"quoted"', '~%2F..'])('may be %s', async (key) => {
    const { eventId } = await api.createEvent();
    const [first, second] = [await book({ eventId }, { key }), await book({ eventId }, { key })];
    expect([first.status, second.status, second.text]).toEqual([201, 201, first.text]);
  });

  test('books once when ten requests come at the same moment', async () => {
    const { eventId } = await withTier({ capacity: 10 });
    const before = await countOf(/BOOKING#/);
    const answers = await Promise.all(Array.from({ length: 10 }, () => book({ eventId }, { key: 'race' })));
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(201);
    expect(answers.filter(({ headers }) => headers.get('idempotency-replayed') === null)).toHaveLength(1);
    expect(await countOf(/BOOKING#/)).toBe(before + 1);
  });

  test('gets the last seat again when it is gone, and also after it was cancelled', async () => {
    const { eventId } = await withTier({ capacity: 1 });
    const first = await book({ eventId }, { key: 'last' });
    expect((await book({ eventId })).json.code).toBe('sold-out');
    expect((await book({ eventId }, { key: 'last' })).text).toBe(first.text);
    await asBuyer('DELETE', `/bookings/${first.json.bookingId}`);
    expect((await book({ eventId }, { key: 'last' })).text).toBe(first.text);
    expect(await countOf(new RegExp(`BOOKING#${first.json.bookingId}`))).toBe(1);
  });

  test('is free again after a refusal', async () => {
    const { eventId } = await withTier({ capacity: 1 });
    expectProblem(await book({ eventId, quantity: 2 }, { key: 'again' }), 409, 'sold-out', {
      available: 1,
      waitlist: false,
    });
    expect((await book({ eventId, quantity: 1 }, { key: 'again' })).status).toBe(201);
  });
});

describe('cancelling', () => {
  test('gives the same answer twice, and the seats back once', async () => {
    const { eventId } = await withTier({ capacity: 4 });
    const { json: booking } = await book({ eventId, quantity: 4 });
    const cancel = () => asBuyer('DELETE', `/bookings/${booking.bookingId}`);
    const first = await cancel();
    expect(first).toMatchObject({
      status: 200,
      json: { ...booking, status: 'CANCELLED', updatedAt: expect.any(String) },
    });
    const again = await refused(cancel);
    expect([again.status, again.text]).toEqual([200, first.text]);
    expect((await asBuyer('GET', `/bookings/${booking.bookingId}`)).text).toBe(first.text);
    expect((await book({ eventId, quantity: 4 }, { who: other })).status).toBe(201);
    expectProblem(await book({ eventId }), 409, 'sold-out', { available: 0, waitlist: true });
  });

  test('at the same moment gives everybody one answer, and the seats back once', async () => {
    const { eventId } = await withTier({ capacity: 9 });
    const { json } = await book({ eventId, quantity: 2 });
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => asBuyer('DELETE', `/bookings/${json.bookingId}`)),
    );
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    await eventually(async () => expect(await availableOf(eventId)).toBe(9));
  });
});

describe('the history', () => {
  test('has every own booking once, newest first, page by page', async () => {
    const person = await api.registerUser();
    const { eventId } = await api.createEvent();
    expect((await asBuyer('GET', '/bookings', person)).json).toEqual({ items: [] });
    const made: string[] = [];
    for (let n = 0; n < 5; n += 1) made.unshift((await book({ eventId }, { who: person })).json.bookingId);
    await asBuyer('DELETE', `/bookings/${made[1]}`, person);
    for (const limit of [1, 2, 5]) {
      const items = await readPages((query) => asBuyer('GET', `/bookings${query}`, person), limit);
      expect(items.map(({ bookingId }) => bookingId)).toEqual(made);
      expect(items.map(({ status }) => status)[1]).toBe('CANCELLED');
    }
  });
});

test('none of it was a fault of a function', () => expect(api.logged).toEqual([]));
