import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Person } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import { eventBody } from '../support/factories.ts';
import { emailsTo, untilTold } from '../support/inbox-client.ts';
import { type TestStack, withStack } from '../support/stack.ts';

let api: TestStack;
let ada: Person;
let bob: Person;
beforeAll(async () => {
  api = await withStack();
  [ada, bob] = await Promise.all([api.registerUser('Ada'), api.registerUser('Bob')]);
});
afterAll(() => api?.stop());

const book = (eventId: string, { accessToken: token }: Person, body: object = {}) =>
  api.call('POST', '/bookings', { token, body: { eventId, quantity: 1, ...body } });
const cancel = (eventId: string) => api.call('POST', `/admin/events/${eventId}/cancel`, { signAs: 'admin' });
const statusOf = async ({ accessToken: token }: Person, bookingId: string) =>
  (await api.call('GET', `/bookings/${bookingId}`, { token })).json.status;

describe('a cancelled event', () => {
  test('takes no booking, no hold and no confirmation from the answer on', async () => {
    const { eventId } = await api.createEvent();
    const hold = await book(eventId, ada, { hold: true });
    expect(hold.status).toBe(201);
    const answer = await cancel(eventId);
    expect(answer.status).toBe(202);
    const { cancelledAt } = answer.json;
    expect(answer.json).toMatchObject({ eventId, status: 'CANCELLED', version: 2, tiers: [{ onSale: false }] });
    const confirm = `/bookings/${hold.json.bookingId}/confirm`;
    const refused = await Promise.all([
      book(eventId, bob),
      book(eventId, bob, { hold: true }),
      api.call('POST', confirm, { token: ada.accessToken }),
    ]);
    for (const { status, json } of refused) {
      expect([status, json.code, json.cancelledAt]).toEqual([409, 'event-cancelled', cancelledAt]);
    }
    await eventually(async () => expect(await statusOf(ada, hold.json.bookingId)).toBe('CANCELLED'));
    const late = await api.call('POST', confirm, { token: ada.accessToken });
    expect([late.status, late.json.code, late.json.cancelledAt]).toEqual([409, 'event-cancelled', cancelledAt]);
  });

  test('loses every booking and hold, gives the seats back and tells each person once', async () => {
    const { eventId } = await api.createEvent({
      tiers: [
        { tierId: 'standard', name: 'Standard', price: 4_900, currency: 'EUR', capacity: 300, maxPerUser: 50 },
        { tierId: 'vip', name: 'VIP', price: 9_900, currency: 'EUR', capacity: 10 },
      ],
    });
    const [cara, dan] = await Promise.all([api.registerUser('Cara'), api.registerUser('Dan')]);
    const booked = await Promise.all([
      ...Array.from({ length: 8 }, () => book(eventId, cara, { tierId: 'standard', quantity: 3 })),
      book(eventId, cara, { tierId: 'vip', hold: true }),
    ]);
    expect(booked.map(({ status }) => status)).toEqual(booked.map(() => 201));
    await book(eventId, dan, { tierId: 'vip', quantity: 2, hold: true });
    expect((await cancel(eventId)).status).toBe(202);
    await eventually(async () => {
      const { json } = await api.call('GET', `/admin/events/${eventId}/bookings?limit=100`, { signAs: 'admin' });
      expect(json.items).toHaveLength(10);
      for (const { status } of json.items) expect(status).toBe('CANCELLED');
    });
    await eventually(async () => {
      const { json } = await api.call('GET', `/events/${eventId}`);
      expect(json.tiers).toMatchObject([{ available: 300 }, { available: 10 }]);
    });
    await untilTold(api, cara, ['event-cancelled', ...Array.from({ length: 8 }, () => 'booking-confirmed')]);
    await untilTold(api, dan, ['event-cancelled']);
    await eventually(async () => {
      const subjects = (await emailsTo(api, dan)).map(({ subject }) => subject);
      expect(subjects).toEqual(['Midsummer Jazz Night is cancelled']);
    });
  });

  test('#19 closes its waitlist and tells everyone on it', async () => {
    const { eventId } = await api.createEvent({
      tiers: [{ tierId: 'standard', name: 'Standard', price: 4_900, currency: 'EUR', capacity: 2 }],
    });
    const [buyer, ...line] = await Promise.all(['Buyer', 'One', 'Two', 'Three'].map((name) => api.registerUser(name)));
    if (!buyer) throw new Error('a buyer');
    expect((await book(eventId, buyer, { quantity: 2 })).status).toBe(201);
    const join = ({ accessToken: token }: Person) =>
      api.call('POST', `/events/${eventId}/waitlist`, { token, body: { quantity: 1 } });
    for (const person of line) expect((await join(person)).status).toBe(201);

    expect((await cancel(eventId)).status).toBe(202);
    const late = await join(bob);
    expect([late.status, late.json.code]).toEqual([409, 'event-cancelled']);
    for (const person of line) {
      await untilTold(api, person, ['event-cancelled']);
      const { json } = await api.call('GET', `/events/${eventId}/waitlist`, { token: person.accessToken });
      expect(json.items ?? json).toMatchObject([{ tierId: 'standard', status: 'CLOSED' }]);
      await eventually(async () => expect(await emailsTo(api, person)).toHaveLength(1));
    }
    await untilTold(api, buyer, ['event-cancelled', 'booking-confirmed']);
    await eventually(async () => {
      const { json } = await api.call('GET', `/events/${eventId}`);
      expect(json.tiers).toMatchObject([{ available: 2, waiting: false, onSale: false }]);
    });
    // The seats that became free are for nobody.
    for (const person of line) {
      expect((await api.call('GET', '/bookings', { token: person.accessToken })).json.items).toEqual([]);
    }
  });

  test('is shown as cancelled at its address, and stands in no list of what is on', async () => {
    const { eventId } = await api.createEvent({ name: 'Vanishing act' });
    const listed = async () => (await api.call('GET', '/events?q=vanishing')).json.items.length;
    expect(await listed()).toBe(1);
    const { json } = await cancel(eventId);
    expect(await listed()).toBe(0);
    const shown = await api.call('GET', `/events/${eventId}`);
    expect([shown.status, shown.json.status, shown.json.cancelledAt]).toEqual([200, 'CANCELLED', json.cancelledAt]);
    const managed = await api.call('GET', '/admin/events?status=CANCELLED', { signAs: 'admin' });
    expect(managed.json.items.map((event: { eventId: string }) => event.eventId)).toContain(eventId);
  });

  test('is cancelled once, however often that is asked for, and cannot be changed', async () => {
    const { eventId } = await api.createEvent();
    const answers = await Promise.all(Array.from({ length: 5 }, () => cancel(eventId)));
    const again = await cancel(eventId);
    for (const { status, json } of answers) expect([status, json]).toEqual([202, again.json]);
    const change = await api.call('PATCH', `/admin/events/${eventId}`, {
      signAs: 'admin',
      body: { name: 'On again' },
      headers: { 'if-match': again.headers.get('etag') ?? '' },
    });
    expect([change.status, change.json.code, change.json.state]).toEqual([409, 'invalid-state', 'CANCELLED']);
  });
});

describe('cancelling', () => {
  test('is for the organizer of the event and for administrators', async () => {
    const [olga, oscar] = await Promise.all([api.makeOrganizer(), api.makeOrganizer('Oscar')]);
    const created = await api.call('POST', '/organizer/events', { token: olga.accessToken, body: eventBody() });
    const path = `/organizer/events/${created.json.eventId}/cancel`;
    const asOscar = await api.call('POST', path, { token: oscar.accessToken });
    const asBuyer = await api.call('POST', path, { token: ada.accessToken });
    expect([asOscar.status, asBuyer.status, (await api.call('POST', path)).status]).toEqual([404, 403, 401]);
    expect((await api.call('POST', path, { token: olga.accessToken })).status).toBe(202);
  });

  test('a draft is refused: nobody knows of it, and it can be deleted', async () => {
    const { eventId } = await api.createEvent({ status: 'DRAFT' });
    const { status, json } = await cancel(eventId);
    expect([status, json.code]).toEqual([409, 'invalid-state']);
    expect((await cancel('evt_01JY3W8H6V7Q2X4Z9K5M1N0PRS')).status).toBe(404);
  });

  test('amid bookings leaves none of them behind', async () => {
    const { eventId } = await api.createEvent({
      tiers: [{ tierId: 'standard', name: 'Standard', price: 100, currency: 'EUR', capacity: 1_000 }],
    });
    let stop = false;
    const ids: string[] = [];
    const buyers = [ada, bob, ada, bob].map(async (person) => {
      while (!stop) {
        const { status, json } = await book(eventId, person);
        if (status !== 201) return;
        ids.push(json.bookingId);
      }
    });
    await eventually(() => expect(ids.length).toBeGreaterThan(20));
    expect((await cancel(eventId)).status).toBe(202);
    const before = ids.length;
    await Promise.all(buyers);
    stop = true;
    // Answers that were under way when the event was cancelled.
    expect(ids.length - before).toBeLessThanOrEqual(4);
    await eventually(async () => {
      const { json } = await api.call('GET', `/events/${eventId}`);
      expect(json.tiers[0].available).toBe(1_000);
    });
  });
});
