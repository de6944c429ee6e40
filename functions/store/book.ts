import type { Login } from '../domain/access.ts';
import { type Booking, type BookingView, bookingView, type Draw } from '../domain/booking.ts';
import { isDomainError } from '../domain/errors.ts';
import type { Event, Tier } from '../domain/event.ts';
import type { RatePolicy } from '../domain/rate.ts';
import { checkAccess, noAccess } from './access-store.ts';
import { bookingOf, partitionOf, putBooking } from './booking-store.ts';
import { drawFromAll, drawFromOne, noSeats } from './draw.ts';
import { findAnswer, type Idempotent, keepAnswer, replay } from './idempotency-store.ts';
import { knownEvents, outlookOf, soldOutTiers } from './instance-memory.ts';
import { shardName, shardOf, takeSeats } from './inventory-store.ts';
import { tierKey } from './keys.ts';
import { afterRefusal, countPurchase, limitsTickets, type PurchaseRules, purchaseRules } from './purchase-store.ts';
import { countWithAccess, isShutOut } from './rate-access.ts';
import { countAt, learn, type RateCount } from './rate-counts.ts';
import { saleFor } from './sale-for.ts';
import { catchUp, clockMs } from './shard-clock.ts';
import { attempt, type Item, Patience } from './transact.ts';

export interface BookingOrder {
  /** The same id for the same request, so that a repeated run writes one booking. */
  bookingId: string;
  userId: string;
  /** Has to be let in at the moment of the booking. */
  login?: Login | undefined;
  /** What the person may do within a time: bookings, counted where the login is checked, and holds of the event. */
  rates?: { bookings?: RatePolicy; holds?: RatePolicy } | undefined;
  eventId: string;
  tierId?: string | undefined;
  quantity: number;
  /** Seconds for which the seats are held; without, they are sold. */
  holdSeconds?: number | undefined;
  idempotent?: Idempotent | undefined;
  remainingMs: () => number;
}

export interface Booked {
  booking: BookingView;
  /** True where an earlier request with the same Idempotency-Key made it. */
  replayed: boolean;
}

/**
 * Books seats: one transaction takes them from a shard and writes the booking, the purchase count and the idempotency
 * record. Warm and without trouble that is the only call.
 *
 * @throws {DomainError} not-found, validation-error, sold-out, waitlist-first, sale-not-open, sale-closed, event-cancelled,
 *   purchase-limit, rate-limited, idempotency-key-reused, unauthenticated, busy
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
  isDomainError(error) &&
  error.code !== 'busy' &&
  error.code !== 'unauthenticated' &&
  error.code !== 'idempotency-key-reused';

async function bookAnew(order: BookingOrder): Promise<Booked> {
  const patience = new Patience(order.remainingMs);
  const counts: Counts = {};
  let draws: Draw[] | undefined;
  for (;;) {
    const { event, tier } = await saleFor(order);
    const key = tierKey(event.eventId, tier.tierId);
    const remembered = soldOutTiers.get(key);
    if (remembered && (remembered.waiting || remembered.available < order.quantity)) throw noSeats(remembered);

    const outlook = outlookOf(key, tier);
    if (!draws) {
      draws = await drawFromOne({ order, event, tier, outlook });
      // The sale may have closed meanwhile.
      continue;
    }
    const [first, ...others] = draws;
    if (first && others.length === 0 && first.shard !== outlook.shard) outlook.moveTo(first.shard);
    const booking = newBooking(order, event, tier, draws);
    countNow(order, counts, Date.parse(booking.createdAt));
    const rules = { ...purchaseRules(event, tier), holds: counts.holds };
    const startedAt = performance.now();
    const outcome = await attempt(actionsOf({ order, tier, booking, counts, rules }));

    if (outcome.kind === 'committed') {
      outlook.sold(draws, performance.now() - startedAt);
      return { booking: bookingView(booking, booking.createdAt), replayed: false };
    }
    if (outcome.kind !== 'refused') {
      // Throttles are mostly the table's, and an unclear commit is found again on any shard: neither is a reason to move.
      if (outcome.kind === 'conflict') outlook.moveAway();
      draws = undefined;
      const delayMs = outcome.kind === 'unclear' ? undefined : outlook.pace.refused(Math.random());
      await patience.beforeRetry(outcome.error, delayMs);
      continue;
    }
    const access = outcome.refused.get('access');
    if (outcome.refused.has('access') && (!access || isShutOut(access, order.login))) throw noAccess();
    const earlier = earlierAnswer(order, outcome.refused);
    if (earlier) return earlier;
    if (catchUp(outcome.refused, booking.createdAt)) continue;
    if (rulesChanged(tier, draws, outcome.refused)) {
      knownEvents.delete(event.eventId);
      draws = undefined;
      patience.mustLast('the rules of the tier keep changing');
      continue;
    }
    if (access && counts.bookings) counts.bookings = learn(access, counts.bookings);
    if (outcome.refused.has('purchases')) {
      counts.holds = afterRefusal(outcome.refused.get('purchases'), booking, rules);
    }
    patience.mustLast('seats are taken faster than they can be chosen');
    const isShort = [...outcome.refused.keys()].some((name) => name !== 'access' && name !== 'purchases');
    if (isShort) draws = await drawFromAll({ patience, order, event, tier, outlook });
  }
}

/** Counters of rates, with what was learned of them. */
interface Counts {
  bookings?: RateCount | undefined;
  holds?: RateCount | undefined;
}

function countNow({ rates, login, holdSeconds }: BookingOrder, counts: Counts, nowMs: number): void {
  if (rates?.bookings && login) counts.bookings = countAt(rates.bookings, nowMs, counts.bookings);
  if (rates?.holds && holdSeconds !== undefined) counts.holds = countAt(rates.holds, nowMs, counts.holds);
}

interface Attempted {
  order: BookingOrder;
  tier: Tier;
  booking: Booking;
  counts: Counts;
  rules: PurchaseRules;
}

function actionsOf({ order, tier, booking, counts, rules }: Attempted) {
  const check = order.login && checkAccess(order.login);
  return [
    ...(order.idempotent ? [keepAnswer(order.idempotent, bookingView(booking, booking.createdAt), Date.now())] : []),
    ...(check ? [counts.bookings ? countWithAccess(check, counts.bookings) : check] : []),
    putBooking(booking),
    ...(booking.counted || rules.holds ? [countPurchase(booking, rules)] : []),
    ...booking.draws.map((draw, index) => {
      const to = booking.status === 'HELD' ? 'held' : 'sold';
      return takeSeats(booking, { draw, tier, to, isFirst: index === 0 }, booking.createdAt);
    }),
  ];
}

function newBooking(order: BookingOrder, event: Event, tier: Tier, draws: Draw[]): Booking {
  const nowMs = clockMs();
  const now = new Date(nowMs).toISOString();
  const { holdSeconds } = order;
  return {
    bookingId: order.bookingId,
    eventId: event.eventId,
    eventName: event.name,
    tierId: tier.tierId,
    quantity: order.quantity,
    unitPrice: tier.price,
    total: tier.price * order.quantity,
    currency: tier.currency,
    ...(holdSeconds === undefined
      ? { status: 'CONFIRMED', confirmedAt: now }
      : { status: 'HELD', holdExpiresAt: new Date(nowMs + holdSeconds * 1_000).toISOString() }),
    createdAt: now,
    updatedAt: now,
    userId: order.userId,
    draws,
    partition: partitionOf(order.bookingId, event.bookingPartitions),
    counted: limitsTickets(purchaseRules(event, tier)),
    wasHeld: holdSeconds !== undefined,
    ...(order.idempotent && { idempotencyKey: order.idempotent.key }),
  };
}

type Refused = ReadonlyMap<string, Item | undefined>;

/** What an earlier run of this request, or one with its key, has answered. */
function earlierAnswer(order: BookingOrder, refused: Refused): Booked | undefined {
  if (order.idempotent && refused.has('idempotency')) {
    return { booking: replay<BookingView>(order.idempotent, refused.get('idempotency')), replayed: true };
  }
  const own = refused.get('booking');
  return own && { booking: bookingView(bookingOf(own), new Date().toISOString()), replayed: false };
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
