import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CallOptions, Person } from '../support/client.ts';
import { eventBody, tierBody } from '../support/factories.ts';
import { sendRaw } from '../support/raw-http.ts';
import { type TestStack, withStack } from '../support/stack.ts';
import { contentsOf, expectInvalid, expectProblem, type TableContents } from '../support/trace.ts';

let api: TestStack;
let buyer: Person;
let organizer: Person;
let eventId: string;
let bookingId: string;
let etag: string;
/** What the table held before all the bad requests. */
let before: TableContents;

beforeAll(async () => {
  api = await withStack();
  [buyer, organizer] = [await api.registerUser(), await api.makeOrganizer()];
  const created = await asOrganizer('POST', '/organizer/events', { body: eventBody() });
  eventId = created.json.eventId;
  etag = created.headers.get('etag') ?? '';
  bookingId = (await asBuyer('POST', '/bookings', { body: { eventId, quantity: 1 } })).json.bookingId;
  before = await contentsOf(api.stack.outputs);
});
afterAll(() => api?.stop());

const asBuyer = (method: string, path: string, options: CallOptions = {}) =>
  api.call(method, path, { token: buyer.accessToken, ...options });
const asOrganizer = (method: string, path: string, options: CallOptions = {}) =>
  api.call(method, path, { token: organizer.accessToken, ...options });
/** An order with a key, so that a kept answer would be seen in the table. */
const order = (body: unknown, headers: Record<string, string> = {}) =>
  asBuyer('POST', '/bookings', { body, headers: { 'idempotency-key': 'bad', ...headers } });
const orderWith = (change: object) => order({ eventId, quantity: 1, ...change });
const event = (change: Record<string, unknown>) =>
  asOrganizer('POST', '/organizer/events', { body: eventBody(change), headers: { 'idempotency-key': 'bad' } });
const patch = (body: unknown, headers: Record<string, string> = { 'if-match': etag }) =>
  asOrganizer('PATCH', `/organizer/events/${eventId}`, { body, headers });

describe('a body that cannot be read is refused', () => {
  test.each([
    ['text that is no JSON', 'quantity=1'],
    ['JSON that is cut off', '{"quantity": 1'],
    ['nothing', ''],
    ['a comma too many', '{"quantity": 1,}'],
    ['NaN', '{"quantity": NaN}'],
    ['a byte order mark', '\ufeff{}'],
    ['JSON of another object behind it', '{}{}'],
  ])('%s', async (_, body) => {
    const answers = await Promise.all([
      order(body),
      asOrganizer('POST', '/organizer/events', { body }),
      patch(body),
      api.call('POST', '/admin/events', { body, signAs: 'admin' }),
      api.call('POST', '/auth/login', { body }),
      asBuyer('PATCH', '/users/me', { body }),
    ]);
    for (const answer of answers) expectInvalid(answer, 'body');
  });

  test.each(['null', '[]', '7', '"text"', 'true', `${'['.repeat(30_000)}${']'.repeat(30_000)}`])(
    'JSON that is no object',
    async (body) => expectInvalid(await order(body), 'body'),
  );

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    'text/json',
    'application/octet-stream',
    'application/json, text/plain',
    '',
  ])('the media type "%s"', async (type) => {
    for (const path of ['/bookings', '/auth/login']) {
      const answer = await asBuyer('POST', path, { body: '{}', headers: { 'content-type': type } });
      expectProblem(answer, 415, 'unsupported-media-type');
    }
  });

  test('a body without any media type', async () => {
    const { status, text } = await sendRaw(
      api.stack.outputs.apiUrl,
      'POST',
      '/bookings',
      { authorization: `Bearer ${buyer.accessToken}` },
      JSON.stringify({ eventId, quantity: 1 }),
    );
    expect([status, JSON.parse(text).code]).toEqual([415, 'unsupported-media-type']);
  });

  test('65,536 bytes are read, one more is too many, counted in bytes', async () => {
    const padded = (bytes: number) => `{"eventId":"${eventId}","quantity":0}`.padEnd(bytes);
    expectInvalid(await order(padded(65_536)), 'quantity');
    const tooLarge = [padded(65_537), JSON.stringify('é'.repeat(32_768)), padded(6_000_000)];
    for (const body of tooLarge) expectProblem(await order(body), 413, 'payload-too-large', { maxBytes: 65_536 });
  });

  test('more than 10 MB do not pass the gateway', async () => {
    const answer = await order(' '.repeat(10 * 1024 * 1024 + 1));
    expect([answer.status, answer.json]).toEqual([413, { message: 'Request Entity Too Large' }]);
  });

  test.each(['application/json', 'APPLICATION/JSON; charset=utf-8', 'application/vnd.evently+json'])(
    'but not for the media type %s',
    async (type) => expectInvalid(await order(`{"eventId":"${eventId}"}`, { 'content-type': type }), 'quantity'),
  );
});

describe('a booking is refused with', () => {
  test.each([
    ['quantity 0', { quantity: 0 }],
    ['quantity -1', { quantity: -1 }],
    ['quantity 1.5', { quantity: 1.5 }],
    ['quantity "2"', { quantity: '2' }],
    ['quantity null', { quantity: null }],
    ['quantity true', { quantity: true }],
    ['quantity [1]', { quantity: [1] }],
    ['no quantity', { quantity: undefined }],
    ['more than the tier sells in one booking', { quantity: 11 }],
    ['more than any tier sells in one booking', { quantity: 101 }],
    ['2^53 tickets', { quantity: 2 ** 53 }],
  ])('%s', async (_, change) => expectInvalid(await orderWith(change), 'quantity'));

  test.each(['1e309', '-1e309', '1e400', '1e-400', '0.9999', '9007199254740993'])('quantity %s', async (number) => {
    expectInvalid(await order(`{"eventId":"${eventId}","quantity":${number}}`), 'quantity');
  });

  test.each([
    ['price', 1],
    ['unitPrice', 0],
    ['total', 0],
    ['currency', 'XXX'],
    ['userId', 'someone-else'],
    ['status', 'CANCELLED'],
    ['bookingId', 'bkg_01JY3W9A1B2C3D4E5F6G7H8J9K'],
    ['draws', []],
    ['holdExpiresAt', '2030-01-01T00:00:00.000Z'],
    ['__proto__', { price: 0 }],
    ['constructor', { prototype: { price: 0 } }],
    ['Quantity', 2],
  ])('a smuggled %s', async (name, value) => {
    const body = `{"eventId":"${eventId}","quantity":1,${JSON.stringify(name)}:${JSON.stringify(value)}}`;
    const answer = await order(body);
    expectInvalid(answer, 'body');
    expect(answer.json.detail).toContain(name);
  });

  test.each([
    ['no event', { eventId: undefined }],
    ['an event id in lower case', { eventId: 'evt_01jy3w8h6v7q2x4z9k5m1n0prs' }],
    ['a key of the table', { eventId: 'EVENT#x' }],
    ['an object', { eventId: { $ne: null } }],
    ['a booking id', { eventId: 'bkg_01JY3W8H6V7Q2X4Z9K5M1N0PRS' }],
    ['an id with a line break', { eventId: 'evt_01JY3W8H6V7Q2X4Z9K5M1N0PRS\n' }],
  ])('%s as the event', async (_, change) => expectInvalid(await orderWith(change), 'eventId'));

  test.each(['Standard', 'a--b', '', '-', 'a#b', 'x'.repeat(41), 'é', 'standard\n'])(
    'the tier id "%s"',
    async (tierId) => expectInvalid(await orderWith({ tierId }), 'tierId'),
  );

  test.each([
    ['an event that does not exist', { eventId: 'evt_01JY3W8H6V7Q2X4Z9K5M1N0PRS' }],
    ['a tier that does not exist', { tierId: 'vip' }],
    ['a tier named like a property of objects', { tierId: 'constructor' }],
  ])('%s', async (_, change) => expectProblem(await orderWith(change), 404, 'not-found'));
});

describe('an event is refused with', () => {
  const tiers = (change: Record<string, unknown>) => ({ tiers: [tierBody(change)] });
  test.each([
    ['a blank name', { name: ' \t ' }, 'name'],
    ['a name of 201 characters', { name: 'x'.repeat(201) }, 'name'],
    ['a line break in the name', { name: 'Jazz\r\nSet-Cookie: a=b' }, 'name'],
    ['half a surrogate pair', { name: 'x\ud800' }, 'name'],
    ['a null character', { description: 'a\u0000b' }, 'description'],
    ['a venue without a name', { venue: { city: 'Hamburg' } }, 'venue.name'],
    ['a country that is no code', { venue: { name: 'V', country: 'Germany' } }, 'venue.country'],
    ['an unknown field of the venue', { venue: { name: 'V', capacity: 1 } }, 'venue'],
    ['a time zone that is none', { timezone: 'Mars/Olympus' }, 'timezone'],
    ['an offset as the time zone', { timezone: '+02:00' }, 'timezone'],
    ['a day that does not exist', { startsAt: '2030-02-30T18:00:00Z' }, 'startsAt'],
    ['a time without a zone', { startsAt: '2030-06-21T18:00:00' }, 'startsAt'],
    ['a year before year 0', { startsAt: '0000-01-01T00:00:00+14:00' }, 'startsAt'],
    ['a year after year 9999', { startsAt: '9999-12-31T23:59:59-14:00' }, 'startsAt'],
    ['a number as the time', { startsAt: 1_900_000_000 }, 'startsAt'],
    ['an end before its start', { endsAt: '2030-06-21T17:59:59Z' }, 'endsAt'],
    ['the status CANCELLED', { status: 'CANCELLED' }, 'status'],
    ['no tier', { tiers: [] }, 'tiers'],
    ['21 tiers', { tiers: Array.from({ length: 21 }, (_, n) => tierBody({ tierId: `t${n}` })) }, 'tiers'],
    ['two tiers of one id', { tiers: [tierBody(), tierBody()] }, 'tiers.1.tierId'],
    ['a tier id with capitals', tiers({ tierId: 'VIP' }), 'tiers.0.tierId'],
    ['a negative price', tiers({ price: -1 }), 'tiers.0.price'],
    ['half a cent', tiers({ price: 0.5 }), 'tiers.0.price'],
    ['a price beyond all bounds', tiers({ price: 1e17 }), 'tiers.0.price'],
    ['a currency that is none', tiers({ currency: 'ABC' }), 'tiers.0.currency'],
    ['no seats', tiers({ capacity: 0 }), 'tiers.0.capacity'],
    ['a million and one seats', tiers({ capacity: 1_000_001 }), 'tiers.0.capacity'],
    ['a sale that opens when the event begins', tiers({ saleOpensAt: '2030-06-21T18:00:00Z' }), 'tiers.0.saleOpensAt'],
    [
      'a sale that closes before it opens',
      tiers({ saleOpensAt: '2030-01-02T00:00:00Z', saleClosesAt: '2030-01-01T00:00:00Z' }),
      'tiers.0.saleOpensAt',
    ],
    ['no ticket per person', tiers({ maxPerUser: 0 }), 'tiers.0.maxPerUser'],
    ['101 tickets per booking', tiers({ maxPerBooking: 101 }), 'tiers.0.maxPerBooking'],
    ['seats that are available', tiers({ available: 5 }), 'tiers.0'],
    ['a version', { version: 7 }, 'body'],
    ['an organizer', { organizerId: 'someone-else' }, 'body'],
    ['an id', { eventId: 'evt_01JY3W8H6V7Q2X4Z9K5M1N0PRS' }, 'body'],
  ] as [string, Record<string, unknown>, string][])('%s, and so is such a change', async (_, change, path) => {
    expectInvalid(await event(change), path);
    expectInvalid(await patch(change), path);
  });

  test.each(['name', 'venue', 'timezone', 'startsAt', 'tiers'])('no %s', async (field) =>
    expectInvalid(await event({ [field]: undefined }), field),
  );

  test('a change of nothing', async () => expectInvalid(await patch({}), 'body'));

  test('an end before the start that stays', async () => {
    expectInvalid(await patch({ endsAt: '2029-01-01T00:00:00Z' }), 'endsAt');
  });
});

describe('a header is refused:', () => {
  test.each([
    ['empty', ''],
    ['with a space', 'a b'],
    ['of 256 characters', 'k'.repeat(256)],
    ['with a letter that is no ASCII', 'clé'],
  ])('an Idempotency-Key %s', async (_, key) => {
    const headers = { 'idempotency-key': key };
    expectInvalid(await order({ eventId, quantity: 1 }, headers), 'Idempotency-Key');
    const created = await asOrganizer('POST', '/organizer/events', { body: eventBody(), headers });
    expectInvalid(created, 'Idempotency-Key');
  });

  test.each(['1', '1.0', "'1'", '"1', '', 'W/1', '"1" "2"', '"1",'])(
    'the If-Match %s, which is no ETag',
    async (tag) => {
      expectInvalid(await patch({ name: 'Other' }, { 'if-match': tag }), 'If-Match');
    },
  );

  test.each(['"2"', '"0"', '"01"', '""', '"x"', 'W/"1"', '"11"', '"2", "3"'])('the stale If-Match %s', async (tag) => {
    const answer = await patch({ name: 'Other' }, { 'if-match': tag });
    expectProblem(answer, 412, 'precondition-failed', { currentETag: '"1"' });
  });

  test('no If-Match', async () => {
    expectProblem(await patch({ name: 'Other' }, {}), 428, 'precondition-required');
    const asAdmin = await api.call('PATCH', `/admin/events/${eventId}`, { body: { name: 'Other' }, signAs: 'admin' });
    expectProblem(asAdmin, 428, 'precondition-required');
  });
});

// The last of the file: it looks back at all of the above.
describe('all of these bad requests', () => {
  test('left no trace in the data', async () => expect(await contentsOf(api.stack.outputs)).toEqual(before));

  test('were no fault of a function', () => expect(api.logged).toEqual([]));

  test('and did not harm anybody', async () => {
    expect(await asBuyer('GET', `/bookings/${bookingId}`)).toMatchObject({ status: 200, json: { quantity: 1 } });
    expect((await orderWith({})).status).toBe(201);
  });
});
