import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Person, Received } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import { tierBody } from '../support/factories.ts';
import { readPages } from '../support/pages.ts';
import { sendRaw } from '../support/raw-http.ts';
import { type TestStack, withStack } from '../support/stack.ts';
import { expectNoTrace, expectProblem } from '../support/trace.ts';

let api: TestStack;
let buyer: Person;
/** What is for sale, by a short name. */
const ids: Record<string, string> = {};

const offers: Record<string, Record<string, unknown>> = {
  // In no order, so that the list has something to do.
  opera: {
    name: 'La Traviata',
    category: 'Opera',
    startsAt: '2031-03-01T19:00:00Z',
    venue: { name: 'Oper', city: 'München' },
  },
  jazz: {
    name: 'Jazz über der Elbe',
    category: 'Music',
    startsAt: '2031-01-01T19:00:00Z',
    venue: { name: 'Kaispeicher', city: 'Hamburg' },
  },
  rock: {
    name: 'ROCK am Ring',
    category: 'music',
    startsAt: '2031-02-01T19:00:00Z',
    venue: { name: 'Ring', city: 'Nürburg' },
  },
  tie: {
    name: 'At the same time',
    startsAt: '2031-02-01T19:00:00Z',
    description: 'Café, crème & 東京 🎭',
    venue: { name: 'Dom', city: 'Köln' },
  },
  draft: { name: 'Jazz in secret', status: 'DRAFT', startsAt: '2031-01-15T19:00:00Z' },
  past: { name: 'Jazz of long ago', startsAt: '2021-01-01T19:00:00Z' },
};

beforeAll(async () => {
  api = await withStack();
  buyer = await api.registerUser();
  for (const [name, offer] of Object.entries(offers)) ids[name] = (await api.createEvent(offer)).eventId;
});
afterAll(() => api?.stop());

const get = (path: string, headers: Record<string, string> = {}) => api.call('GET', path, { headers });
const list = (query = '') => get(`/events${query}`);
const book = (eventId: string | undefined, quantity = 1) =>
  api.call('POST', '/bookings', { body: { eventId, quantity }, token: buyer.accessToken });
const publish = (eventId: string | undefined) =>
  api.call('PATCH', `/admin/events/${eventId}`, {
    body: { status: 'PUBLISHED' },
    headers: { 'if-match': '*' },
    signAs: 'admin',
  });
const nameOf = (id: unknown) => Object.keys(ids).find((name) => ids[name] === id) ?? id;
const namesIn = ({ status, json, text }: Received) => {
  expect(status, text).toBe(200);
  return json.items.map(({ eventId }: { eventId: string }) => nameOf(eventId));
};

describe('browsing', () => {
  test('shows what is published and to come, soonest first', async () => {
    const names = namesIn(await list());
    expect(names).toHaveLength(4);
    expect([names[0], names[3]]).toEqual(['jazz', 'opera']);
    expect(names.slice(1, 3).sort()).toEqual(['rock', 'tie']);
  });

  test.each([1, 2, 3, 4, 5])('in pages of %i has every event once, in the same order', async (limit) => {
    const items = await readPages(list, limit);
    expect(items.map(({ eventId }) => nameOf(eventId))).toEqual(namesIn(await list()));
  });

  test('in filtered pages skips nothing', async () => {
    const items = await readPages(list, 1, '&category=music');
    expect(items.map(({ eventId }) => nameOf(eventId))).toEqual(['jazz', 'rock']);
  });

  test.each([
    ['q=jazz', ['jazz']],
    ['q=JAZZ', ['jazz']],
    ['q=UBER', ['jazz']],
    ['q=u%CC%88ber', ['jazz']],
    ['q=elbe%20jazz', ['jazz']],
    ['q=%20jazz%20%20%20kaispeicher%20', ['jazz']],
    ['q=jazz%20opera', []],
    ['q=munchen', ['opera']],
    ['q=opera', ['opera']],
    ['q=cafe%20CREME', ['tie']],
    ['q=%E6%9D%B1%E4%BA%AC', ['tie']],
    ['q=%F0%9F%8E%AD', ['tie']],
    ['q=%26', ['tie']],
    ['q=%25', []],
    ["q='%20OR%201=1", []],
    ['q=attribute_exists(pk)', []],
    ['category=music', ['jazz', 'rock']],
    ['category=MUSIC&q=rock', ['rock']],
    ['category=mus', []],
    ['city=hamburg', ['jazz']],
    ['city=M%C3%9CNCHEN', ['opera']],
    ['city=Hamburg&category=opera', []],
    ['from=2031-02-15T00:00:00Z', ['opera']],
    ['from=2031-03-01T19:00:00Z', ['opera']],
    ['from=2031-03-01T19:00:00.001Z', []],
    ['to=2031-02-01T00:00:00Z', ['jazz']],
    ['to=2031-01-01T19:00:00Z', []],
    ['to=2031-01-01T21:00:00%2B02:00', []],
    ['to=2031-01-01T19:00:00.001Z', ['jazz']],
    ['from=2031-01-02T00:00:00Z&to=2031-02-15T00:00:00Z&category=music', ['rock']],
    ['from=2032-01-01T00:00:00Z&to=2031-01-01T00:00:00Z', []],
    ['to=2022-01-01T00:00:00Z', []],
    ['from=2020-01-01T00:00:00Z&to=2022-01-01T00:00:00Z', ['past']],
  ])('with %s finds these', async (query, expected) => expect(namesIn(await list(`?${query}`))).toEqual(expected));

  test('hides a draft until it is published', async () => {
    const { eventId } = await api.createEvent({ name: 'Veiled', status: 'DRAFT' });
    expectProblem(await get(`/events/${eventId}`), 404, 'not-found');
    expect(namesIn(await list('?q=veiled'))).toEqual([]);
    await publish(eventId);
    expect(namesIn(await list('?q=veiled'))).toEqual([eventId]);
    expect(await get(`/events/${eventId}`)).toMatchObject({ status: 200, json: { status: 'PUBLISHED', version: 2 } });
  });

  test('follows a change of name and time, and forgets what was deleted', async () => {
    const { eventId } = await api.createEvent({ name: 'Chameleon' });
    const body = { name: 'Salamander', startsAt: '2031-12-01T00:00:00Z' };
    await api.call('PATCH', `/admin/events/${eventId}`, { body, headers: { 'if-match': '*' }, signAs: 'admin' });
    expect(namesIn(await list('?q=chameleon'))).toEqual([]);
    expect(namesIn(await list('?q=salamander&from=2031-11-30T00:00:00Z'))).toEqual([eventId]);
    await api.call('DELETE', `/admin/events/${eventId}`, { signAs: 'admin' });
    expect(namesIn(await list('?q=salamander'))).toEqual([]);
  });
});

describe('a cached answer', () => {
  test.each(['/events', '/events?q=jazz', '/events/jazz'])('of %s is confirmed while nothing changed', async (path) => {
    const address = path.replace('/jazz', `/${ids.jazz}`);
    const first = await get(address);
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[^"]+"$/);
    expect(first.headers.get('cache-control')).toBe('public, max-age=1, stale-while-revalidate=5');
    for (const tag of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const { status, text, headers } = await get(address, { 'if-none-match': tag });
      expect([tag, status, text, headers.get('etag')]).toEqual([tag, 304, '', etag]);
      expect(headers.get('cache-control')).toBe(first.headers.get('cache-control'));
      expect(headers.get('content-type')).toBeNull();
    }
    for (const tag of ['"other"', etag.slice(1, -1), '""'])
      expect((await get(address, { 'if-none-match': tag })).status).toBe(200);
  });

  test('is out of date soon after seats were sold', async () => {
    const { eventId } = await api.createEvent({ name: 'Soon less' });
    for (const path of [`/events/${eventId}`, '/events?q=soon']) {
      const etag = (await get(path)).headers.get('etag') ?? '';
      expect((await book(eventId)).status).toBe(201);
      await eventually(async () => expect((await get(path, { 'if-none-match': etag })).status).toBe(200));
    }
    expect((await get(`/events/${eventId}`)).json.tiers[0].available).toBe(498);
  });

  test('is never of what is personal or an error', async () => {
    const { accessToken: token } = buyer;
    for (const path of ['/bookings', '/users/me']) {
      const { status, headers } = await api.call('GET', path, { token });
      expect([path, status, headers.get('cache-control'), headers.get('etag')]).toEqual([path, 200, 'no-store', null]);
    }
    expect((await get(`/events/${ids.draft}`)).headers.get('cache-control')).toBe('no-store');
  });
});

describe('an event', () => {
  test('that is over or sold out can still be read, and says so', async () => {
    expect((await get(`/events/${ids.past}`)).json.tiers[0]).toMatchObject({ onSale: false, soldOut: false });
    const { eventId } = await api.createEvent({
      tiers: [tierBody({ capacity: 2, saleOpensAt: '2025-01-01T00:00:00Z' })],
    });
    await book(eventId, 2);
    expect((await get(`/events/${eventId}`)).json.tiers[0]).toMatchObject({
      onSale: true,
      soldOut: true,
      available: 0,
    });
  });

  test('keeps every character of its texts', async () => {
    const texts = {
      name: '𝕵azz 👩‍👩‍👧‍👦 — עברית & <b>"quotes"</b> \\ {{7*7}} #{x} %s',
      description: 'line 1\nline 2\ttab\r\nמסורת',
      venue: { name: "L'Olympia; DROP TABLE", city: 'Łódź', country: 'PL', address: 'ul. Piotrkowska 1 – 2' },
    };
    const { eventId } = await api.createEvent(texts);
    expect((await get(`/events/${eventId}`)).json).toMatchObject(texts);
    expect(namesIn(await list(`?city=${encodeURIComponent('Łódź')}`))).toEqual([eventId]);
  });

  test('tells nothing of the inside: no organizer, no shards, no keys', async () => {
    const { text } = await get(`/events/${ids.jazz}`);
    expect(text).not.toMatch(/organizerId|shard|ruleVersion|bookingPartitions|changeId|pk|gsi1|search|iam:/);
  });
});

test('every answer of a function has a request id of its own', async () => {
  const paths = ['/', '/events', '/events?limit=0', `/events/${ids.jazz}`, '/events/x', '/nothing', '/health/live'];
  const answers = await Promise.all([...paths, ...paths].map((path) => get(path)));
  const requestIds = answers.map(({ headers }) => headers.get('x-request-id'));
  for (const requestId of requestIds) expect(requestId).toMatch(/^\S{8,}$/);
  expect(new Set(requestIds).size).toBe(answers.length);
});

describe('a path that leads nowhere', () => {
  const raw = (method: string, path: string) =>
    sendRaw(api.stack.outputs.apiUrl, method, path, { authorization: `Bearer ${buyer.accessToken}` });

  test.each(['x', 'evt_', '%20', '%00', '%2F', '..%2F..', '%F0%9F%8E%AD', "'%3B--", 'x'.repeat(5_000), '{eventId}'])(
    'ends at the id %s',
    async (id) => {
      const paths = [`/events/${id}`, `/bookings/${id}`];
      const answers = await expectNoTrace(api.stack.outputs, () =>
        Promise.all([...paths.map((path) => raw('GET', path)), raw('DELETE', `/bookings/${id}`)]),
      );
      for (const { status, text } of answers) expect([status, JSON.parse(text).code]).toEqual([404, 'not-found']);
    },
  );

  test.each([
    '/events/',
    '//events',
    '/events//',
    '/Events',
    '/events/../bookings',
    '/%65vents',
    '/events%2F',
    '/__proto__',
    '/bookings;id=1',
    `/${'x'.repeat(10_000)}`,
    `/${'x/'.repeat(4_000)}`,
  ])('%s is not found', async (path) => {
    const { status, text, headers } = await raw('GET', path);
    expect([status, JSON.parse(text).code]).toEqual([404, 'not-found']);
    expect(headers['x-request-id']).toBe(JSON.parse(text).instance);
  });

  test.each(['/events/%zz', '/events/%', '/events/%c3%28'])('%s is not even a path', async (path) => {
    expect((await raw('GET', path)).status).toBe(400);
  });

  test.each([
    ['PUT', '/bookings', 'GET, POST'],
    ['DELETE', '/events', 'GET'],
    ['PATCH', '/events/evt_x', 'GET'],
    ['POST', '/bookings/bkg_x', 'DELETE, GET'],
    ['TRACE', '/events', 'GET'],
    ['PURGE', '/events', 'GET'],
  ])('%s %s is a method that the path does not take', async (method, path, allow) => {
    const { status, headers, text } = await raw(method, path);
    expect([status, headers.allow]).toEqual([405, allow]);
    expect(JSON.parse(text)).toMatchObject({ code: 'method-not-allowed', allow: allow.split(', ') });
  });
});

test('none of it was a fault of a function', () => expect(api.logged).toEqual([]));
