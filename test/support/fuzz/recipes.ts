import type { OperationId } from '../../../functions/api/contract.ts';
import { password, uniqueEmail } from '../client.ts';
import { eventBody } from '../factories.ts';
import type { Parts } from './shot.ts';
import type { FuzzWorld } from './world.ts';

/** Makes what a request needs, and names it: what is left out of the parts stays as it was generated. */
export type Recipe = (world: FuzzWorld) => Promise<Partial<Parts>>;
type Recipes = Partial<Record<OperationId, Recipe>>;

const text = (value: unknown): string => String(value);
const newcomerWith = async (
  world: FuzzWorld,
  roles?: readonly string[],
): Promise<{ caller: 'newcomer'; token: string }> => ({
  caller: 'newcomer',
  token: (await world.newcomer(roles)).token,
});

async function registered({ hands }: FuzzWorld): Promise<string> {
  const email = uniqueEmail();
  await hands.expect(202, 'POST /auth/register', { body: { email, password, name: 'Ada' } });
  return email;
}

/** A booking of a newcomer. */
async function booked(world: FuzzWorld, hold: boolean) {
  const person = await newcomerWith(world);
  const body = { eventId: world.own.eventId?.[0], tierId: 'standard', quantity: 1, hold };
  const { json } = await world.hands.expect(201, 'POST /bookings', { token: person.token, body });
  return { ...person, params: { bookingId: text(json.bookingId) } };
}

/** An event of the organizer that nothing else knows. */
const fresh =
  (change: Record<string, unknown> = {}) =>
  async (world: FuzzWorld) => ({
    params: { eventId: await world.ownEvent(change) },
  });
const changed: Recipe = async (world) => ({ ...(await fresh()(world)), body: { description: 'Changed.' } });
const newAddress: Recipe = async () => ({ body: { email: uniqueEmail(), password, name: 'Ada' } });

const waiting: Recipe = async (world) => {
  const person = await newcomerWith(world);
  const eventId = world.soldOutEventId;
  const body = { quantity: 1 };
  await world.hands.expect(201, `POST /events/${eventId}/waitlist`, { token: person.token, body });
  return { ...person, params: { eventId, tierId: 'standard' } };
};

/** How an operation succeeds whose generated requests seldom do. */
export const successes: Recipes = {
  register: newAddress,
  createUser: newAddress,
  confirmRegistration: async (world) => ({
    body: { email: await registered(world), code: world.api.stack.outputs.confirmationCode },
  }),
  login: async ({ hands }) => ({ body: { email: hands.other.email, password } }),
  refresh: async ({ hands }) => ({ body: { refreshToken: hands.other.refreshToken } }),
  logout: async (world) => {
    const body = { email: world.hands.other.email, password };
    const { json } = await world.hands.expect(200, 'POST /auth/login', { body });
    return { ...(await newcomerWith(world)), body: { refreshToken: json.refreshToken } };
  },
  createBooking: async (world) => ({
    ...(await newcomerWith(world)),
    body: { eventId: world.own.eventId?.[0], quantity: 2 },
  }),
  confirmBooking: (world) => booked(world, true),
  cancelBooking: (world) => booked(world, false),
  joinWaitlist: async (world) => ({
    ...(await newcomerWith(world)),
    params: { eventId: world.soldOutEventId },
    body: { quantity: 1 },
  }),
  getWaitlistPlace: async (world) => ({ caller: 'other', params: { eventId: world.soldOutEventId } }),
  leaveWaitlist: waiting,
  updateEvent: changed,
  updateEventAsAdmin: changed,
  cancelEvent: fresh(),
  cancelEventAsAdmin: fresh(),
  deleteEvent: fresh(),
  deleteEventAsAdmin: fresh(),
  deleteUser: async ({ hands }) => {
    const body = { email: uniqueEmail(), password, name: 'Ada' };
    const { json } = await hands.asAdmin(201, 'POST /admin/users', body);
    return { params: { userId: json.userId } };
  },
};

const cancelled: Recipe = async (world) => {
  const { params } = await fresh()(world);
  await world.hands.as(world.hands.organizer, 202, `POST /organizer/events/${params.eventId}/cancel`);
  return { params, body: { description: 'Changed.' } };
};
const draft = fresh({ status: 'DRAFT' });
const withBooking: Recipe = async (world) => {
  const { params } = await fresh()(world);
  await world.hands.book(world.hands.other, params.eventId);
  return { params };
};

/** How an operation comes into conflict with the state of things. */
export const conflicts: Recipes = {
  createBooking: async (world) => ({
    ...(await newcomerWith(world)),
    body: { eventId: world.soldOutEventId, quantity: 1 },
  }),
  confirmBooking: async (world) => {
    const booking = await booked(world, true);
    const { token, params } = booking;
    await world.hands.expect(200, `DELETE /bookings/${params.bookingId}`, { token });
    return booking;
  },
  cancelBooking: async ({ hands, own }) => {
    const { bookingId } = await hands.expiredHold(hands.other, own.eventId?.[0] ?? '');
    return { caller: 'other', params: { bookingId } };
  },
  joinWaitlist: async (world) => ({
    ...(await newcomerWith(world)),
    params: { eventId: world.own.eventId?.[0] ?? '' },
    body: { quantity: 1 },
  }),
  updateEvent: cancelled,
  updateEventAsAdmin: cancelled,
  cancelEvent: draft,
  cancelEventAsAdmin: draft,
  deleteEvent: withBooking,
  deleteEventAsAdmin: withBooking,
  createUser: async ({ hands }) => ({ body: { email: hands.buyer.email, password, name: 'Eve' } }),
  deleteMe: async (world) => {
    const person = await newcomerWith(world, ['organizers']);
    await world.hands.expect(201, 'POST /organizer/events', { token: person.token, body: eventBody() });
    return person;
  },
  deleteUser: async ({ hands }) => ({ params: { userId: hands.organizer.userId } }),
};
