import { type Booking, type BookingView, bookingView, type Draw } from '../domain/booking.ts';
import { DomainError, invalid, isDomainError, notFound } from '../domain/errors.ts';
import type { Event, Tier } from '../domain/event.ts';
import { planDraw } from '../domain/inventory.ts';
import { checkSale, purchaseLimit } from '../domain/sale.ts';
import { bookingOf, putBooking } from './booking-store.ts';
import { getEvent } from './event-store.ts';
import { findAnswer, type Idempotent, keepAnswer, replay } from './idempotency-store.ts';
import { knownEvents, moveToAnotherShard, preferredShard, preferShard, soldOutTiers } from './instance-memory.ts';
import { readShards, shardName, shardOf, takeSeats } from './inventory-store.ts';
import { tierKey } from './keys.ts';
import { countPurchase, purchasedOf } from './purchase-store.ts';
import { attempt, type Item, Patience } from './transact.ts';

export interface BookingOrder {
  /** The same id for the same request, so that a repeated run writes one booking. */
  bookingId: string;
  userId: string;
  eventId: string;
  tierId?: string | undefined;
  quantity: number;
  idempotent?: Idempotent | undefined;
  remainingMs: () => number;
}

export interface Booked {
  booking: BookingView;
  /** True where an earlier request with the same Idempotency-Key made it. */
  replayed: boolean;
}

/** A refusal is only given on rules that were read within this time. */
const freshMs = 1_000;

/**
 * Books seats: one transaction takes them from a shard and writes the booking, the purchase count and the idempotency
 * record. Warm and without trouble that is the only call.
 *
 * @throws {DomainError} not-found, validation-error, sold-out, sale-not-open, sale-closed, event-cancelled,
 *   purchase-limit, idempotency-key-reused, busy
 */
export async function book(order: BookingOrder): Promise<Booked> {
  try {
    return await bookAnew(order);
  } catch (error) {
    // A repeated request may be the very one that got the last seats, or came before the sale closed.
    const booking = isRefusal(error) && order.idempotent && (await findAnswer<BookingView>(order.idempotent));
    if (booking) return { booking, replayed: true };
    throw error;
  }
}

const isRefusal = (error: unknown): boolean =>
  isDomainError(error) && error.code !== 'busy' && error.code !== 'idempotency-key-reused';

async function bookAnew(order: BookingOrder): Promise<Booked> {
  const patience = new Patience(order.remainingMs);
  let draws: Draw[] | undefined;
  for (;;) {
    const { event, tier } = await saleFor(order);
    const key = tierKey(event.eventId, tier.tierId);
    const remembered = soldOutTiers.get(key);
    if (remembered !== undefined && remembered < order.quantity) throw soldOut(remembered);

    draws ??= [{ shard: preferredShard(key, tier), quantity: order.quantity }];
    const booking = newBooking(order, event, tier, draws);
    const outcome = await attempt(actionsOf(order, event, tier, booking));

    if (outcome.kind === 'committed') {
      const [first] = draws;
      if (draws.length === 1 && first) preferShard(key, first.shard);
      return { booking: bookingView(booking), replayed: false };
    }
    if (outcome.kind !== 'refused') {
      moveToAnotherShard(key, tier);
      draws = undefined;
      await patience.beforeRetry(outcome.error);
      continue;
    }
    const earlier = earlierAnswer(order, outcome.refused);
    if (earlier) return earlier;
    if (rulesChanged(tier, draws, outcome.refused)) {
      knownEvents.delete(event.eventId);
      draws = undefined;
      patience.mustLast('the rules of the tier keep changing');
      continue;
    }
    if (outcome.refused.has('purchases')) {
      throw purchaseLimit(tier.maxPerUser ?? 0, purchasedOf(outcome.refused.get('purchases'), tier.tierId));
    }
    patience.mustLast('seats are taken faster than they can be chosen');
    draws = await drawFromAll(patience, order.quantity, event, tier);
  }
}

function actionsOf(order: BookingOrder, event: Event, tier: Tier, booking: Booking) {
  const ref = { eventId: event.eventId, tierId: tier.tierId };
  return [
    ...(order.idempotent ? [keepAnswer(order.idempotent, bookingView(booking), Date.now())] : []),
    putBooking(booking, event),
    ...(booking.counted && tier.maxPerUser !== undefined ? [countPurchase(booking, tier.maxPerUser)] : []),
    ...booking.draws.map((draw, index) => takeSeats(ref, draw, tier, index === 0, booking.createdAt)),
  ];
}

function newBooking(order: BookingOrder, event: Event, tier: Tier, draws: Draw[]): Booking {
  const now = new Date().toISOString();
  return {
    bookingId: order.bookingId,
    eventId: event.eventId,
    eventName: event.name,
    tierId: tier.tierId,
    quantity: order.quantity,
    unitPrice: tier.price,
    total: tier.price * order.quantity,
    currency: tier.currency,
    status: 'CONFIRMED',
    createdAt: now,
    updatedAt: now,
    userId: order.userId,
    draws,
    counted: tier.maxPerUser !== undefined,
    ...(order.idempotent && { idempotencyKey: order.idempotent.key }),
  };
}

/** The event and tier, with rules that permit the sale; read anew before anything is refused on old knowledge. */
async function saleFor(order: BookingOrder): Promise<{ event: Event; tier: Tier }> {
  const known = knownEvents.get(order.eventId);
  if (known) {
    try {
      return permitted(known, order);
    } catch (error) {
      // What is missing here may have been published or added since; a sale that is not on can wait for a second.
      const mayWait = !isDomainError(error, 'not-found') && knownEvents.get(order.eventId, freshMs) !== undefined;
      if (!isDomainError(error) || mayWait) throw error;
    }
  }
  const event = await getEvent(order.eventId);
  if (!event) throw notFound();
  knownEvents.set(order.eventId, event);
  return permitted(event, order);
}

function permitted(event: Event, { tierId, quantity }: BookingOrder): { event: Event; tier: Tier } {
  if (event.status === 'DRAFT') throw notFound();
  const [first, ...others] = event.tiers;
  if (tierId === undefined && others.length > 0) throw invalid('tierId', 'is required: the event has several tiers');
  const tier = tierId === undefined ? first : event.tiers.find((candidate) => candidate.tierId === tierId);
  if (!tier) throw notFound();
  checkSale(event, tier, quantity, new Date().toISOString());
  return { event, tier };
}

type Refused = ReadonlyMap<string, Item | undefined>;

/** What an earlier run of this request, or one with its key, has answered. */
function earlierAnswer(order: BookingOrder, refused: Refused): Booked | undefined {
  if (order.idempotent && refused.has('idempotency')) {
    return { booking: replay<BookingView>(order.idempotent, refused.get('idempotency')), replayed: true };
  }
  const own = refused.get('booking');
  return own && { booking: bookingView(bookingOf(own)), replayed: false };
}

/** True where a shard was refused because its rules, or its existence, are not what this instance believed. */
function rulesChanged(tier: Tier, draws: Draw[], refused: Refused): boolean {
  return draws.some((draw) => {
    const name = shardName(tier.tierId, draw.shard);
    if (!refused.has(name)) return false;
    const item = refused.get(name);
    return item === undefined || shardOf(item).ruleVersion !== tier.ruleVersion;
  });
}

/**
 * Draws from all shards of the tier.
 *
 * Reading the shards is no snapshot: seats may move between two reads of one batch. So the tier is only called sold
 * out when two readings in a row are the same to the version, for then nothing moved between them.
 *
 * @throws {DomainError} sold-out, busy
 */
async function drawFromAll(patience: Patience, quantity: number, event: Event, tier: Tier): Promise<Draw[]> {
  let before: string | undefined;
  for (;;) {
    const shards = (await readShards(event.eventId, [tier])).get(tier.tierId) ?? [];
    const draws = planDraw(shards, quantity, Math.random);
    if (draws) return draws;
    const versions = shards.map(({ shard, version }) => `${shard}:${version}`).join();
    if (versions === before) {
      const available = shards.reduce((sum, shard) => sum + shard.available, 0);
      soldOutTiers.set(tierKey(event.eventId, tier.tierId), available);
      throw soldOut(available);
    }
    if (before !== undefined) await patience.beforeRetry(new Error('the shards of the tier keep changing'));
    before = versions;
  }
}

function soldOut(available: number): DomainError<'sold-out'> {
  const detail = available === 0 ? 'No tickets are left.' : `Only ${available} tickets are left.`;
  return new DomainError('sold-out', detail, { available, waitlist: false });
}
