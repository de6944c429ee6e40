import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Person } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import { emailsTo, notificationsOf, untilTold } from '../support/inbox-client.ts';
import { type TestStack, withStack } from '../support/stack.ts';

let api: TestStack;
beforeAll(async () => {
  api = await withStack();
});
afterAll(() => api?.stop());

const book = async (eventId: string, { accessToken: token }: Person, body: object = {}) => {
  const answer = await api.call('POST', '/bookings', { token, body: { eventId, quantity: 1, ...body } });
  expect(answer.status).toBe(201);
  return answer.json;
};

describe('a person', () => {
  test('who books and cancels finds both in the list and in the mailbox', async () => {
    const { eventId } = await api.createEvent();
    const ada = await api.registerUser();
    const { bookingId } = await book(eventId, ada, { quantity: 2 });
    await untilTold(api, ada, ['booking-confirmed']);
    await api.call('DELETE', `/bookings/${bookingId}`, { token: ada.accessToken });
    await untilTold(api, ada, ['booking-cancelled', 'booking-confirmed']);

    const { items, unread } = await notificationsOf(api, ada);
    expect(unread).toBe(2);
    expect(items[1]).toEqual({
      notificationId: expect.stringMatching(/^ntf_/),
      kind: 'booking-confirmed',
      title: 'Booked: Midsummer Jazz Night',
      message: 'You have 2 tickets for Midsummer Jazz Night.',
      eventId,
      bookingId,
      tierId: 'standard',
      read: false,
      createdAt: expect.any(String),
    });
    await eventually(async () => expect(await emailsTo(api, ada)).toHaveLength(2));
    const [first] = (await emailsTo(api, ada)).filter(({ subject }) => subject.startsWith('Booked'));
    expect(first).toMatchObject({ from: 'tickets@evently.example', subject: 'Booked: Midsummer Jazz Night' });
    expect(first?.body.text).toContain('Hello Ada Lovelace,');
  });

  test('is told of a hold when it is confirmed, and not when it is let go', async () => {
    const { eventId } = await api.createEvent();
    const ada = await api.registerUser();
    const dropped = await book(eventId, ada, { hold: true });
    await api.call('DELETE', `/bookings/${dropped.bookingId}`, { token: ada.accessToken });
    const kept = await book(eventId, ada, { hold: true });
    await api.call('POST', `/bookings/${kept.bookingId}/confirm`, { token: ada.accessToken });
    await untilTold(api, ada, ['booking-confirmed']);
    expect((await notificationsOf(api, ada)).items[0].bookingId).toBe(kept.bookingId);
  });

  test('who wants no emails gets entries only', async () => {
    const { eventId } = await api.createEvent();
    const ada = await api.registerUser();
    const off = await api.call('PATCH', '/users/me', { token: ada.accessToken, body: { emailNotifications: false } });
    expect([off.status, off.json]).toMatchObject([200, { name: 'Ada Lovelace', emailNotifications: false }]);
    await book(eventId, ada);
    await untilTold(api, ada, ['booking-confirmed']);
    const on = await api.call('PATCH', '/users/me', { token: ada.accessToken, body: { emailNotifications: true } });
    expect(on.json).toMatchObject({ name: 'Ada Lovelace', emailNotifications: true });
    await book(eventId, ada);
    await eventually(async () => expect(await emailsTo(api, ada)).toHaveLength(1));
  });

  test('who never looked at the profile is still found by email: it is made at sign-in', async () => {
    const { eventId } = await api.createEvent();
    const body = { email: `silent-${Date.now()}@example.com`, password: 'correct horse battery staple', name: 'Sil' };
    await api.call('POST', '/admin/users', { body, signAs: 'admin' });
    const { json } = await api.call('POST', '/auth/login', { body: { email: body.email, password: body.password } });
    const silent = { ...body, userId: '', accessToken: json.accessToken, refreshToken: json.refreshToken };
    await book(eventId, silent);
    await eventually(async () => expect(await emailsTo(api, silent)).toHaveLength(1));
  });
});

describe('a change of an event', () => {
  const change = async (eventId: string, body: object) => {
    const path = `/admin/events/${eventId}`;
    const { headers } = await api.call('GET', path, { signAs: 'admin' });
    const etag = headers.get('etag') ?? '';
    const { status } = await api.call('PATCH', path, { signAs: 'admin', body, headers: { 'if-match': etag } });
    expect(status).toBe(200);
  };

  test('of time or venue is told once to each who booked, and to nobody else', async () => {
    const { eventId } = await api.createEvent();
    const [ada, bob, eve] = await Promise.all(['Ada', 'Bob', 'Eve'].map((name) => api.registerUser(name)));
    if (!ada || !bob || !eve) throw new Error('three people');
    await book(eventId, ada);
    await book(eventId, ada);
    const { bookingId } = await book(eventId, eve);
    await api.call('DELETE', `/bookings/${bookingId}`, { token: eve.accessToken });
    await change(eventId, { description: 'Four quartets.' });
    await change(eventId, { startsAt: '2030-06-22T18:00:00.000Z', venue: { name: 'Laeiszhalle', city: 'Hamburg' } });
    await book(eventId, bob);
    await untilTold(api, ada, ['event-changed', 'booking-confirmed', 'booking-confirmed']);
    const [news] = (await notificationsOf(api, ada)).items;
    expect(news.title).toBe('New time and venue: Midsummer Jazz Night');
    // Whether a comma follows the weekday depends on the version of ICU.
    expect(news.message).toMatch(
      /^Midsummer Jazz Night takes place on Saturday,? 22 June 2030 at 20:00 \(Europe\/Berlin\) at Laeiszhalle, Hamburg\. /,
    );
    await untilTold(api, bob, ['booking-confirmed']);
    await untilTold(api, eve, ['booking-cancelled', 'booking-confirmed']);
  });
});

describe('a notification', () => {
  const told = async () => {
    const { eventId } = await api.createEvent();
    const person = await api.registerUser();
    for (let n = 0; n < 3; n += 1) await book(eventId, person);
    await untilTold(api, person, ['booking-confirmed', 'booking-confirmed', 'booking-confirmed']);
    return person;
  };
  const mark = (id: string, { accessToken: token }: Person, body: unknown = { read: true }) =>
    api.call('PATCH', `/notifications/${id}`, { token, body });

  test('is marked as read and unread, and counted once however often that is sent', async () => {
    const ada = await told();
    const [first, second] = (await notificationsOf(api, ada)).items;
    const answers = await Promise.all(Array.from({ length: 5 }, () => mark(first.notificationId, ada)));
    for (const answer of answers) expect([answer.status, answer.json]).toEqual([200, { ...first, read: true }]);
    await mark(second.notificationId, ada);
    expect(await notificationsOf(api, ada)).toMatchObject({ unread: 1, items: [{ read: true }, {}, { read: false }] });
    await mark(second.notificationId, ada, { read: false });
    expect((await notificationsOf(api, ada)).unread).toBe(2);
  });

  test('of somebody else is not found, and what is no mark is refused', async () => {
    const [ada, eve] = await Promise.all([told(), api.registerUser('Eve')]);
    const [{ notificationId }] = (await notificationsOf(api, ada)).items;
    const foreign = await mark(notificationId, eve);
    const missing = await mark('ntf_01JY3W9B7C8D9E0F1G2H3J4K5M', eve);
    expect([foreign.status, missing.status]).toEqual([404, 404]);
    for (const body of [{}, { read: 'yes' }, { read: true, title: 'x' }]) {
      expect((await mark(notificationId, ada, body)).status).toBe(400);
    }
    expect(await notificationsOf(api, eve)).toEqual({ items: [], unread: 0 });
    expect((await api.call('GET', '/notifications')).status).toBe(401);
  });

  test('is found by paging, newest first', async () => {
    const { accessToken: token } = await told();
    const page = (query: string) => api.call('GET', `/notifications?limit=2${query}`, { token });
    const { json: one } = await page('');
    const { json: two } = await page(`&cursor=${one.nextCursor}`);
    const ids = [...one.items, ...two.items].map(({ notificationId }) => notificationId);
    expect(ids).toHaveLength(3);
    expect(ids).toEqual([...new Set(ids)].sort().reverse());
    expect([one.unread, two.unread, two.nextCursor]).toEqual([3, 3, undefined]);
  });
});
