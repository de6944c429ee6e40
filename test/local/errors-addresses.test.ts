import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CursorScope, encodeCursor } from '../../functions/shared/cursor.ts';
import type { Person, Received } from '../support/client.ts';
import { eventBody } from '../support/factories.ts';
import { type TestStack, withStack } from '../support/stack.ts';
import { bytesOf, contentsOf, expectInvalid, expectProblem, type TableContents } from '../support/trace.ts';

let api: TestStack;
let buyer: Person;
let other: Person;
let organizer: Person;
let rival: Person;
let eventIds: string[];
let bookingIds: string[];
let before: TableContents;

beforeAll(async () => {
  api = await withStack();
  [buyer, other] = [await api.registerUser(), await api.registerUser()];
  [organizer, rival] = [await api.makeOrganizer(), await api.makeOrganizer()];
  const create = (who: Person, day: number) =>
    api.call('POST', '/organizer/events', {
      body: eventBody({ startsAt: `2030-06-0${day}T18:00:00Z`, category: 'music' }),
      token: who.accessToken,
    });
  const book = (who: Person, eventId: string | undefined) =>
    api.call('POST', '/bookings', { body: { eventId, quantity: 1 }, token: who.accessToken });
  const created = [await create(organizer, 1), await create(organizer, 2), await create(rival, 3)];
  eventIds = created.map(({ json }) => json.eventId);
  const booked = [await book(buyer, eventIds[0]), await book(buyer, eventIds[0]), await book(other, eventIds[0])];
  bookingIds = booked.map(({ json }) => json.bookingId);
  before = await contentsOf(api.stack.outputs);
});
afterAll(() => api?.stop());

type List = (query: string, who?: Person) => Promise<Received>;
const get = (path: string, who?: Person) => api.call('GET', path, who ? { token: who.accessToken } : {});
const getAsAdmin = (path: string) => api.call('GET', path, { signAs: 'admin' });
const lists: Record<string, List> = {
  listEvents: (query) => get(`/events?${query}`),
  listBookings: (query, who = buyer) => get(`/bookings?${query}`, who),
  listOwnEvents: (query, who = organizer) => get(`/organizer/events?${query}`, who),
  listEventBookings: (query, who = organizer) => get(`/organizer/events/${eventIds[0]}/bookings?${query}`, who),
  listAllEvents: (query) => getAsAdmin(`/admin/events?${query}`),
  listEventBookingsAsAdmin: (query) => getAsAdmin(`/admin/events/${eventIds[0]}/bookings?${query}`),
  listUsers: (query) => getAsAdmin(`/admin/users?${query}`),
};
/** The cursor of the list's first page, which has one item. */
const cursorOf = async (list: List, filter = ''): Promise<string> => {
  const { json } = await list(`limit=1${filter}`);
  expect(json.nextCursor).toMatch(/^[\w-]+$/);
  return json.nextCursor;
};

describe.each(Object.entries(lists))('%s refuses', (name, list) => {
  test.each(['0', '101', 'abc', '-1', '1.5', '', '1,2', '1e309', 'Infinity', '%00'])(
    'the limit "%s"',
    async (limit) => {
      expectInvalid(await list(`limit=${limit}`), 'limit');
    },
  );

  test('a limit that is given twice', async () => expectInvalid(await list('limit=1&limit=1'), 'limit'));

  test.each(['userId', 'Limit', '__proto__', 'constructor', 'limit[]'])(
    'the unknown parameter %s',
    async (parameter) => {
      expectInvalid(await list(`${parameter}=1`), 'query');
    },
  );

  test.each(['', 'x', '%00', '%F0%9F%8E%AD', 'A'.repeat(1_025), 'eyJwayI6IlVTRVIjMSJ9'])(
    'the cursor %s',
    async (cursor) => {
      expectInvalid(await list(`cursor=${cursor}`), 'cursor');
    },
  );

  test('its own cursor with a change, and takes it without one', async () => {
    const cursor = await cursorOf(list);
    expect((await list(`limit=1&cursor=${cursor}`)).status).toBe(200);
    const middle = cursor.length >> 1;
    const swapped = cursor[middle] === 'A' ? 'B' : 'A';
    const changed = [
      `${cursor}A`,
      `${cursor}%3D`,
      cursor.slice(1),
      cursor.slice(0, -1),
      cursor.slice(0, -4),
      cursor.slice(0, middle) + swapped + cursor.slice(middle + 1),
      cursor.toLowerCase(),
      `${cursor},${cursor}`,
    ];
    for (const bad of changed) expectInvalid(await list(`limit=1&cursor=${bad}`), 'cursor');
  });

  test("another list's cursor", async () => {
    for (const [otherName, otherList] of Object.entries(lists)) {
      if (otherName === name) continue;
      expectInvalid(await list(`cursor=${await cursorOf(otherList)}`), 'cursor');
    }
  });
});

describe('a cursor is worth nothing', () => {
  test('to another person', async () => {
    expectInvalid(await get(`/bookings?cursor=${await cursorOf(lists.listBookings as List)}`, other), 'cursor');
    expectInvalid(
      await get(`/organizer/events?cursor=${await cursorOf(lists.listOwnEvents as List)}`, rival),
      'cursor',
    );
  });

  test('with other filters', async () => {
    const music = await cursorOf(lists.listEvents as List, '&category=music');
    expect((await get(`/events?category=music&cursor=${music}`)).status).toBe(200);
    for (const filter of [
      '',
      'category=art&',
      'category=music&q=jazz&',
      'city=music&',
      'category=music&from=2030-01-01T00:00:00Z&',
    ]) {
      expectInvalid(await get(`/events?${filter}cursor=${music}`), 'cursor');
    }
    const published = await cursorOf(lists.listOwnEvents as List, '&status=PUBLISHED');
    expectInvalid(await get(`/organizer/events?cursor=${published}`, organizer), 'cursor');
  });

  // The checksum is no secret: whoever reads the source can make cursors, and may not get further with them.
  test.each([
    '',
    ' ',
    '#',
    'x',
    ' x',
    'x ',
    '\u0000',
    '2030',
    '9998#',
    '~'.repeat(500),
    'USER#x BOOKING#y',
    '2030-06-01T18:00:00.000Z#',
    '🎭',
  ])('to its forger, at the position "%s"', async (position) => {
    const scopes: Record<string, CursorScope> = {
      listEvents: ['listEvents', undefined, undefined, undefined, undefined, undefined],
      listBookings: ['listBookings', buyer.userId],
      listOwnEvents: ['listOwnEvents', organizer.userId, undefined],
      listEventBookings: ['listEventBookings', organizer.userId, eventIds[0], undefined],
      listAllEvents: ['listAllEvents', undefined],
      listUsers: ['listUsers', 'iam:arn:aws:iam::000000000000:user/admin'],
    };
    for (const [name, scope] of Object.entries(scopes)) {
      const answer = await lists[name]?.(`cursor=${encodeCursor(scope, position)}`);
      expect([name, answer?.status], answer?.text).toEqual([name, expect.toBeOneOf([200, 400])]);
    }
    const own = await get(`/bookings?cursor=${encodeCursor(scopes.listBookings ?? [], position)}`, buyer);
    const mine = bookingIds.slice(0, 2);
    for (const { bookingId } of own.json.items ?? []) expect(mine).toContain(bookingId);
  });
});

test.each([
  'from=yesterday',
  'to=2030-01-01',
  'from=2030-13-01T00:00:00Z',
  'from=2030-01-01T00:00:00+02:00',
  'q=',
  'q=%20',
  `q=${'x'.repeat(101)}`,
  'city=',
  'category=%00',
])('listEvents refuses the filter %s', async (query) =>
  expectInvalid(await get(`/events?${query}`), query.split('=')[0] ?? ''),
);

test('a list refuses a status that is none', async () => {
  expectInvalid(await get('/organizer/events?status=published', organizer), 'status');
  expectInvalid(await get(`/organizer/events/${eventIds[0]}/bookings?status=held`, organizer), 'status');
});

describe("another person's answers with the same bytes as what does not exist", () => {
  test('a booking: read and cancelled', async () => {
    for (const method of ['GET', 'DELETE']) {
      const call = (id: string | undefined) => api.call(method, `/bookings/${id}`, { token: other.accessToken });
      const theirs = await call(bookingIds[0]);
      expectProblem(theirs, 404, 'not-found');
      const missing = [await call('bkg_01JY3W9A1B2C3D4E5F6G7H8J9K'), await call('nonsense'), await call(eventIds[0])];
      for (const answer of missing) expect(bytesOf(answer)).toBe(bytesOf(theirs));
    }
  });

  test('an event: read, changed, deleted, and its bookings', async () => {
    const call = (method: string, id: string | undefined, below = '') =>
      api.call(method, `/organizer/events/${id}${below}`, {
        token: rival.accessToken,
        ...(method === 'PATCH' && { body: { name: 'Mine now' }, headers: { 'if-match': '"1"' } }),
      });
    for (const [method, below] of [
      ['GET', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['GET', '/bookings'],
    ] as const) {
      const theirs = await call(method, eventIds[0], below);
      expectProblem(theirs, 404, 'not-found');
      const missing = [await call(method, 'evt_01JY3W9A1B2C3D4E5F6G7H8J9K', below), await call(method, 'x', below)];
      for (const answer of missing) expect(bytesOf(answer)).toBe(bytesOf(theirs));
    }
  });

  test('whatever else is in the request', async () => {
    const path = `/organizer/events/${eventIds[0]}`;
    const wrong = [
      await api.call('PATCH', path, { token: rival.accessToken, body: { name: 'x' }, headers: { 'if-match': '"99"' } }),
      await api.call('PATCH', path, {
        token: rival.accessToken,
        body: { status: 'DRAFT' },
        headers: { 'if-match': '*' },
      }),
      await get(`${path}/bookings?status=CANCELLED&limit=1`, rival),
    ];
    for (const answer of wrong) expectProblem(answer, 404, 'not-found');
  });
});

describe('all of these bad requests', () => {
  test('left no trace in the data', async () => expect(await contentsOf(api.stack.outputs)).toEqual(before));

  test('were no fault of a function', () => expect(api.logged).toEqual([]));
});
