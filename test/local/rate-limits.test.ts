import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Person, password, type Received, uniqueEmail } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import { tierBody } from '../support/factories.ts';
import { type TestStack, withStack } from '../support/stack.ts';
import { expectProblem } from '../support/trace.ts';
import { verified } from '../support/verified.ts';

/** A stage with small quotas, so that a test reaches them with a few requests. */

const rateLimits = [
  'bookings:12',
  'waitlist-joins:2',
  'holds:4',
  'logins:3',
  'registrations:1',
  'confirmations-per-address:30',
].join();

let api: TestStack;
let unused: Person[];

beforeAll(async () => {
  api = await withStack({ context: { rateLimits, authThrottleRate: 20 }, maxInstances: 2 });
  unused = await Promise.all(Array.from({ length: 11 }, () => api.registerUser()));
});
afterAll(async () => {
  await verified(api.stack.outputs);
  await api.stop();
});

/** A person of whom nothing is counted yet. */
function somebody() {
  const person = unused.pop();
  if (!person) throw new Error('more people are needed');
  const as = (method: string, path: string, body?: object, headers = {}): Promise<Received> =>
    api.call(method, path, { token: person.accessToken, headers, ...(body && { body }) });
  return {
    book: (eventId: string, quantity = 1, more = {}, headers = {}) =>
      as('POST', '/bookings', { eventId, tierId: 'standard', quantity, ...more }, headers),
    cancel: ({ json }: Received) => as('DELETE', `/bookings/${json.bookingId}`),
    confirm: ({ json }: Received) => as('POST', `/bookings/${json.bookingId}/confirm`),
    join: (eventId: string, quantity = 1, tierId = 'standard') =>
      as('POST', `/events/${eventId}/waitlist`, { tierId, quantity }),
    leave: (eventId: string) => as('DELETE', `/events/${eventId}/waitlist/standard`),
    bookings: async () => (await as('GET', '/bookings?limit=100')).json.items,
  };
}

const newEvent = async (tier: Record<string, unknown> = {}, more: Record<string, unknown> = {}) =>
  (await api.createEvent({ tiers: [tierBody(tier)], ...more })).eventId;
const statuses = (answers: readonly Received[]) => answers.map(({ status }) => status).sort();

function expectRateLimited(answer: Received, policy: string, quota: number, windowSeconds: number): void {
  const retryAfter = answer.headers.get('retry-after') ?? '';
  expectProblem(answer, 429, 'rate-limited', { policy, quota, windowSeconds, retryAfterSeconds: Number(retryAfter) });
  expect(Number(retryAfter)).toBeGreaterThan(0);
  expect(Number(retryAfter)).toBeLessThanOrEqual(2 * windowSeconds);
  expect(answer.headers.get('ratelimit-policy')).toBe(`"${policy}";q=${quota};w=${windowSeconds}`);
  expect(answer.headers.get('ratelimit')).toBe(`"${policy}";r=0;t=${retryAfter}`);
}

describe('bookings of one person', () => {
  it('are limited within a minute, however many are sent at once, and those of another are not', async () => {
    const [ada, bob, eventId] = [somebody(), somebody(), await newEvent()];
    const answers = await Promise.all(Array.from({ length: 40 }, () => ada.book(eventId)));
    expect(statuses(answers)).toEqual([...Array(12).fill(201), ...Array(28).fill(429)]);
    expectRateLimited(await ada.book(eventId), 'bookings', 12, 60);
    const booked = await bob.book(eventId);
    expect(booked.status, booked.text).toBe(201);
    expect(booked.headers.get('ratelimit-policy')).toBe('"bookings";q=12;w=60');
    expect(await ada.bookings()).toHaveLength(12);
  });

  it('that are refused are limited too, at the instance that refuses them', async () => {
    const [ada, eventId] = [somebody(), await newEvent({ capacity: 1 })];
    expect((await ada.book(eventId)).status).toBe(201);
    const answers: Received[] = [];
    // There are two instances, and each counts for itself.
    for (let n = 0; n < 40; n += 1) answers.push(await ada.book(eventId));
    expect(new Set(statuses(answers))).toEqual(new Set([409, 429]));
    expect(answers.filter(({ status }) => status === 409).length).toBeLessThanOrEqual(2 * 12);
  });
});

describe('holding seats and letting go of them', () => {
  it('again and again runs into a limit for that event, while booking does not', async () => {
    const [ada, eventId, other] = [somebody(), await newEvent({ capacity: 10 }), await newEvent()];
    for (let n = 0; n < 4; n += 1) {
      const held = await ada.book(eventId, 9, { hold: true });
      expect(held.status, held.text).toBe(201);
      expect((await ada.cancel(held)).status).toBe(200);
    }
    expectRateLimited(await ada.book(eventId, 9, { hold: true }), 'holds', 4, 3_600);
    expect((await ada.book(eventId, 2)).status).toBe(201);
    const elsewhere = await ada.book(other, 1, { hold: true });
    expect(elsewhere.status, elsewhere.text).toBe(201);
    expect((await ada.confirm(elsewhere)).status).toBe(200);
  });

  it('is counted exactly where it is done by many requests at once, also beside a limit of tickets', async () => {
    const [ada, eventId] = [somebody(), await newEvent({ maxPerUser: 100 }, { maxPerUser: 100 })];
    const answers = await Promise.all(Array.from({ length: 10 }, () => ada.book(eventId, 1, { hold: true })));
    expect(statuses(answers)).toEqual([...Array(4).fill(201), ...Array(6).fill(429)]);
  });
});

describe('tickets of one person', () => {
  const twoTiers = [tierBody(), tierBody({ tierId: 'vip' })];
  const reached = (answer: Received, maxPerUser: number, purchased: number) =>
    expectProblem(answer, 409, 'purchase-limit', { maxPerUser, purchased });

  it('are limited for the event, over its tiers, bookings and holds, by parallel requests too', async () => {
    const ada = somebody();
    const eventId = await newEvent({}, { tiers: twoTiers, maxPerUser: 3 });
    const tiers = ['standard', 'vip'];
    const answers = await Promise.all(
      Array.from({ length: 9 }, (_, n) => ada.book(eventId, 1, { tierId: tiers[n % 2], hold: n % 3 === 0 })),
    );
    expect(statuses(answers)).toEqual([...Array(3).fill(201), ...Array(6).fill(409)]);
    reached(await ada.book(eventId), 3, 3);
    const kept = answers.find(({ status }) => status === 201);
    expect((await ada.cancel(kept as Received)).status).toBe(200);
    expect((await ada.book(eventId)).status).toBe(201);
  });

  it('count while they are waited for, and when they are given out of the waitlist', async () => {
    const [ada, bob] = [somebody(), somebody()];
    const [tier, vip] = [tierBody({ capacity: 1 }), tierBody({ tierId: 'vip' })];
    const eventId = await newEvent({}, { tiers: [tier, vip], maxPerUser: 2 });
    const taken = await ada.book(eventId);
    expect((await bob.join(eventId)).status).toBe(201);
    reached(await bob.book(eventId, 2, { tierId: 'vip' }), 2, 1);
    expect((await bob.book(eventId, 1, { tierId: 'vip' })).status).toBe(201);
    await ada.cancel(taken);
    await eventually(async () => expect(await bob.bookings()).toHaveLength(2));
    reached(await bob.book(eventId, 1, { tierId: 'vip' }), 2, 2);
  });

  it('are limited anew where the organizer changes the limit, and not any more where it goes', async () => {
    const ada = somebody();
    const eventId = await newEvent({}, { maxPerUser: 1 });
    const change = async (maxPerUser: number | null) => {
      const event = await api.call('GET', `/admin/events/${eventId}`, { signAs: 'admin' });
      const headers = { 'if-match': event.headers.get('etag') ?? '' };
      const body = { maxPerUser };
      const changed = await api.call('PATCH', `/admin/events/${eventId}`, { signAs: 'admin', headers, body });
      expect(changed.status, changed.text).toBe(200);
      expect(changed.json.maxPerUser).toBe(maxPerUser ?? undefined);
    };
    expect((await ada.book(eventId)).status).toBe(201);
    reached(await ada.book(eventId), 1, 1);
    await change(2);
    expect((await ada.book(eventId)).status).toBe(201);
    reached(await ada.book(eventId), 2, 2);
    await change(null);
    expect((await ada.book(eventId, 5)).status).toBe(201);
  });
});

it('joining waitlists is limited within a minute', async () => {
  const [ada, bob] = [somebody(), somebody()];
  const events = await Promise.all(Array.from({ length: 3 }, () => newEvent({ capacity: 1 })));
  for (const eventId of events) expect((await bob.book(eventId)).status).toBe(201);
  for (const eventId of events.slice(0, 2)) expect((await ada.join(eventId)).status).toBe(201);
  expectRateLimited(await ada.join(events[2] ?? ''), 'waitlist-joins', 2, 60);
});

describe('signing in', () => {
  const login = (email: string, secret: string) =>
    api.call('POST', '/auth/login', { body: { email, password: secret } });
  const register = (email: string) => api.call('POST', '/auth/register', { body: { email, password, name: 'Ada' } });
  const confirm = (email: string, code: string) => api.call('POST', '/auth/confirm', { body: { email, code } });

  it('is limited for an account: who guesses is stopped, with the right password too', async () => {
    const email = uniqueEmail();
    for (const secret of ['first guess', 'second guess', 'third guess']) {
      expect((await login(email, secret)).status).toBe(401);
    }
    expectRateLimited(await login(email, password), 'logins', 3, 60);
    expectRateLimited(await login(email.toUpperCase(), password), 'logins', 3, 60);
    expect((await login(uniqueEmail(), password)).status).toBe(401);
  });

  it('and registering tell what remains; a mailbox gets few codes in an hour', async () => {
    const email = uniqueEmail();
    const first = await register(email);
    expect(first.headers.get('ratelimit')).toMatch(
      /^"registrations";r=0;t=\d+, "registrations-per-address";r=\d+;t=\d+$/,
    );
    expectRateLimited(await register(email), 'registrations', 1, 3_600);
  });

  it('is limited for an address, whatever accounts it is for and whatever a header claims', async () => {
    const codes = [];
    for (let n = 0; n < 31; n += 1) {
      const headers = { 'x-forwarded-for': `198.51.100.${n}`, 'cloudfront-viewer-address': `198.51.100.${n}:443` };
      const body = { email: uniqueEmail(), code: '000000' };
      codes.push(await api.call('POST', '/auth/confirm', { headers, body }));
    }
    const last = codes.at(-1) as Received;
    expectRateLimited(last, 'confirmations-per-address', 30, 60);
    expectRateLimited(await confirm(uniqueEmail(), '123456'), 'confirmations-per-address', 30, 60);
  });

  it('is throttled by the gateway, in its own words, while other routes are not', async () => {
    const answers = await Promise.all(Array.from({ length: 300 }, () => api.call('POST', '/auth/logout')));
    expect(new Set(statuses(answers))).toEqual(new Set([401, 429]));
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.text).toBe('{"message":"Too Many Requests"}');
    expect((await api.call('GET', '/events')).status).toBe(200);
  });
});

it('none of it was a fault of a function', () => expect(api.logged).toEqual([]));
