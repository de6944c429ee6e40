import type { Act, EventPlan, Repeat } from './history.ts';
import { type Answer, type Browser, type HttpRequest, organizer } from './people.ts';

export interface Organized {
  readonly eventId: string;
  readonly tier: Readonly<Record<string, unknown>>;
}

export interface Person {
  readonly userId: string;
  /** Bookings and holds that they were told of. */
  readonly bookingIds: string[];
  readonly holdIds: string[];
  /** Events in whose line they were told to be. */
  readonly lines: string[];
}

export const newPerson = (n: number): Person => ({ userId: `person-${n}`, bookingIds: [], holdIds: [], lines: [] });

export const tierId = 'standard';

/** Later than any history ends. */
const farMs = 30 * 24 * 60 * 60 * 1_000;

/** The request that makes a planned event, and its one tier. */
export function creation(
  { capacity, maxPerUser, closesAfterMs, beginsAfterMs = farMs }: EventPlan,
  { nowMs, key }: { nowMs: number; key: string },
): { tier: Organized['tier']; request: HttpRequest } {
  const at = (afterMs: number) => new Date(nowMs + afterMs).toISOString();
  const closesEarly = closesAfterMs !== undefined && closesAfterMs < beginsAfterMs;
  const tier = {
    tierId,
    name: 'Standard',
    price: 5,
    currency: 'EUR',
    capacity,
    ...(maxPerUser !== undefined && { maxPerUser }),
    ...(closesEarly && { saleClosesAt: at(closesAfterMs) }),
  };
  const event = { name: 'Night', venue: { name: 'Garden' }, timezone: 'Europe/Berlin', startsAt: at(beginsAfterMs) };
  const request: HttpRequest = {
    group: 'organizer',
    route: 'POST /organizer/events',
    userId: organizer,
    body: { ...event, tiers: [tier] },
    headers: { 'idempotency-key': key },
  };
  return { tier, request };
}

export interface Doing {
  readonly browser: Browser;
  readonly person: Person;
  readonly event: Organized;
  /** Of this step alone. */
  readonly key: string;
}

/** Longer than an instance remembers that a tier is sold out. */
const laterAgainMs = 1_500;

/** Does what a step says, until its answer is clear. */
export async function perform(act: Act, doing: Doing): Promise<void> {
  const { browser, person, event } = doing;
  if (act.kind === 'book' || act.kind === 'hold') return book(act, doing);
  if (act.kind === 'join') {
    const answers = await keyed(doing, act.repeat, 'POST /events/{eventId}/waitlist', { quantity: act.quantity });
    if (answers.some(({ status }) => status === 201)) person.lines.push(event.eventId);
    return;
  }
  if (act.kind === 'confirm' || act.kind === 'cancel') {
    const isOfHold = act.kind === 'confirm' && person.holdIds.length > 0;
    const known = isOfHold ? person.holdIds : person.bookingIds;
    const bookingId = known.at(-1 - (act.nth % known.length));
    if (bookingId === undefined) return;
    const route = act.kind === 'cancel' ? 'DELETE /bookings/{bookingId}' : 'POST /bookings/{bookingId}/confirm';
    await repeated(browser, act.repeat, { group: 'booking', route, userId: person.userId, params: { bookingId } });
    return;
  }
  if (act.kind === 'look' || act.kind === 'delete person') return manageAccount(act, doing);
  if (act.kind === 'leave') {
    const params = { eventId: person.lines.pop() ?? event.eventId, tierId };
    const route = 'DELETE /events/{eventId}/waitlist/{tierId}';
    await browser.ask({ group: 'booking', route, userId: person.userId, params });
    return;
  }
  await organize(act, doing);
}

async function book(act: Act & { kind: 'book' | 'hold' }, doing: Doing): Promise<void> {
  const body = { eventId: doing.event.eventId, quantity: act.quantity, ...(act.kind === 'hold' && { hold: true }) };
  for (const { status, body: booking } of await keyed(doing, act.repeat, 'POST /bookings', body)) {
    const { bookingIds, holdIds } = doing.person;
    const bookingId = String(booking.bookingId);
    if (status !== 201 || bookingIds.includes(bookingId)) continue;
    bookingIds.push(bookingId);
    if (act.kind === 'hold') holdIds.push(bookingId);
  }
}

async function manageAccount(act: Act & { kind: 'look' | 'delete person' }, { browser, person }: Doing): Promise<void> {
  const { userId } = person;
  if (act.kind === 'look') {
    await browser.ask({ group: 'account', route: 'GET /users/me', userId });
    return;
  }
  const request: HttpRequest =
    act.by === 'person'
      ? { group: 'account', route: 'DELETE /users/me', userId }
      : { group: 'admin', route: 'DELETE /admin/users/{userId}', userId: 'administrator', params: { userId } };
  await repeated(browser, act.repeat, request);
}

function keyed({ browser, person, event, key }: Doing, repeat: Repeat, route: string, body: object): Promise<Answer[]> {
  return repeated(browser, repeat, {
    group: 'booking',
    route,
    userId: person.userId,
    body,
    headers: { 'idempotency-key': key },
    ...(route.includes('{eventId}') && { params: { eventId: event.eventId } }),
  });
}

async function repeated(browser: Browser, repeat: Repeat, request: HttpRequest): Promise<Answer[]> {
  if (repeat === 'same again') return Promise.all([browser.ask(request), browser.ask(request)]);
  const first = await browser.ask(request, repeat === 'run twice' ? 2 : 1);
  if (repeat !== 'later again') return [first];
  await browser.rest(laterAgainMs);
  return [first, await browser.ask(request)];
}

async function organize(act: Act, { browser, event }: Doing): Promise<void> {
  const common = { group: 'organizer', userId: organizer, params: { eventId: event.eventId } } as const;
  if (act.kind === 'cancel event') {
    await browser.ask({ ...common, route: 'POST /organizer/events/{eventId}/cancel' });
    return;
  }
  const { body } = await browser.ask({ ...common, route: 'GET /organizer/events/{eventId}' });
  const [current] = body.tiers as { capacity: number; price: number }[];
  if (!current) throw new Error('an event without tiers');
  const changed =
    act.kind === 'change capacity'
      ? { ...event.tier, price: current.price, capacity: Math.max(1, current.capacity + act.seats) }
      : { ...event.tier, capacity: current.capacity, price: act.kind === 'change price' ? act.price : current.price };
  await browser.ask({
    ...common,
    route: 'PATCH /organizer/events/{eventId}',
    body: { tiers: [changed] },
    headers: { 'if-match': `"${body.version}"` },
  });
}
