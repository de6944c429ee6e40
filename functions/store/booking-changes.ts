import { type Booking, isExpired } from '../domain/booking.ts';
import { DomainError } from '../domain/errors.ts';
import { eventCancelled } from '../domain/sale.ts';
import { actingAs } from '../shared/actor.ts';
import { count } from '../shared/counters.ts';
import { bookingOf, changeBooking, getBooking } from './booking-store.ts';
import { getEvent } from './event-store.ts';
import { soldOutTiers } from './instance-memory.ts';
import { giveSeatsBack, releaseSeats, sellHeldSeats } from './inventory-store.ts';
import { tierKey } from './keys.ts';
import { uncountPurchase } from './purchase-store.ts';
import { catchUp, clockMs } from './shard-clock.ts';
import { type Action, Patience, transact } from './transact.ts';

/** A step of a booking from one state to the next, with everything that changes along with it. */
interface Change {
  after: Booking;
  actions: Action[];
}
type Step = (before: Booking, now: string) => Change;

/**
 * Takes a step in one transaction, unless somebody else took one first: then the booking is returned as they left it,
 * and not as `done`.
 *
 * @throws {DomainError} event-cancelled where a hold cannot be confirmed for that reason, busy
 */
async function take(before: Booking, step: Step, patience: Patience): Promise<{ booking: Booking; done: boolean }> {
  const { after, actions } = step(before, later(before));
  const refused = await transact<string>([changeBooking(before, after), ...actions], patience);
  soldOutTiers.delete(tierKey(before.eventId, before.tierId));
  if (refused.size === 0) {
    countStep(before, after);
    return { booking: after, done: true };
  }
  const current = refused.get('booking');
  // A repetition after a lost answer finds its own change.
  if (current) return { booking: bookingOf(current), done: current.updatedAt === after.updatedAt };
  if (catchUp(refused, after.updatedAt)) return take(before, step, patience);
  if (after.status === 'CONFIRMED' && [...refused.values()].some((shard) => shard?.status === 'CANCELLED')) {
    throw eventCancelled((await getEvent(before.eventId))?.cancelledAt ?? after.updatedAt);
  }
  const names = [...refused.keys()].join();
  throw new Error(`${before.bookingId} → ${after.status}: ${names} does not hold what the booking took`);
}

function countStep(before: Booking, after: Booking): void {
  if (after.status === 'CONFIRMED') {
    count('Bookings');
    count('TicketsSold', after.quantity);
  } else if (after.status === 'EXPIRED') {
    count('HoldsExpired');
  } else {
    count('Cancellations');
    if (before.status === 'CONFIRMED') count('TicketsCancelled', before.quantity);
  }
}

function cancelled(booking: Booking, now: string): Change {
  const { holdExpiresAt: _held, ...rest } = booking;
  const seats = booking.draws.map((draw) =>
    booking.status === 'HELD'
      ? releaseSeats(booking, draw, now)
      : giveSeatsBack(booking, draw, draw.quantity * booking.unitPrice, now),
  );
  const after: Booking = { ...rest, status: 'CANCELLED', cancelledAt: now, updatedAt: now };
  return { after, actions: [...uncounted(booking), ...seats] };
}

function expired(booking: Booking, now: string): Change {
  const seats = booking.draws.map((draw) => releaseSeats(booking, draw, now));
  return { after: { ...booking, status: 'EXPIRED', updatedAt: now }, actions: [...uncounted(booking), ...seats] };
}

function confirmed(booking: Booking, now: string): Change {
  const { holdExpiresAt: _held, ...rest } = booking;
  const actions = booking.draws.map((draw, index) =>
    sellHeldSeats(booking, { draw, unitPrice: booking.unitPrice, isFirst: index === 0 }, now),
  );
  return { after: { ...rest, status: 'CONFIRMED', confirmedAt: now, updatedAt: now }, actions };
}

const uncounted = (booking: Booking): Action[] => (booking.counted ? [uncountPurchase(booking)] : []);

/** Later than the step before, also on a clock that is behind: two steps never have one time. */
function later(booking: Booking): string {
  return new Date(Math.max(clockMs(), Date.parse(booking.updatedAt) + 1)).toISOString();
}

/**
 * Cancels a booking or hold and gives back every counter that it took, in one transaction. A cancelled one stays as it
 * is.
 *
 * @throws {DomainError} not-found, hold-expired, busy
 */
export async function cancelBooking(userId: string, bookingId: string, remainingMs: () => number): Promise<Booking> {
  const patience = new Patience(remainingMs);
  for (;;) {
    const booking = await getBooking(userId, bookingId);
    if (booking.status === 'CANCELLED') return booking;
    if (booking.status === 'EXPIRED' || isExpired(booking, new Date().toISOString())) throw holdExpired(booking);
    const { booking: after } = await take(booking, cancelled, patience);
    if (after.status === 'CANCELLED') return after;
    patience.mustLast('the booking keeps changing');
  }
}

/**
 * Turns a hold into a booking: its seats are held before and sold after, at no moment neither. A confirmed one stays as
 * it is.
 *
 * @throws {DomainError} not-found; hold-expired from the very moment on at which the hold ends; invalid-state for a
 *   cancelled one; event-cancelled; busy
 */
export async function confirmBooking(userId: string, bookingId: string, remainingMs: () => number): Promise<Booking> {
  const patience = new Patience(remainingMs);
  for (;;) {
    const booking = await getBooking(userId, bookingId);
    if (booking.status === 'CONFIRMED') return booking;
    if (booking.eventCancelledAt !== undefined) throw eventCancelled(booking.eventCancelledAt);
    if (booking.status === 'CANCELLED') {
      throw new DomainError('invalid-state', 'The hold was cancelled.', { state: booking.status });
    }
    if (booking.status === 'EXPIRED' || isExpired(booking, new Date().toISOString())) throw holdExpired(booking);
    const { booking: after } = await take(booking, confirmed, patience);
    if (after.status === 'CONFIRMED') return after;
    patience.mustLast('the booking keeps changing');
  }
}

/**
 * Cancels bookings of one shard because their event is, in one transaction: a shard that many bookings come from is
 * written once for all of them. They have to be confirmed, of one tier, with all seats from one shard, and of a person
 * each.
 *
 * @returns false where one of them is not as it was read any more; then none is cancelled
 * @throws {DomainError} busy
 */
export async function cancelTogetherWithEvent(
  bookings: readonly [Booking, ...Booking[]],
  eventCancelledAt: string,
  remainingMs: () => number,
): Promise<boolean> {
  const [first] = bookings;
  const shard = first.draws[0]?.shard ?? 0;
  const sum = (amount: (booking: Booking) => number) => bookings.reduce((total, each) => total + amount(each), 0);
  const draw = { shard, quantity: sum(({ quantity }) => quantity) };
  const refund = sum(({ quantity, unitPrice }) => quantity * unitPrice);
  const patience = new Patience(remainingMs);
  for (;;) {
    const now = bookings.map(later).reduce((latest, time) => (time > latest ? time : latest));
    const changes = bookings.flatMap((before) => [
      changeBooking(before, { ...before, status: 'CANCELLED', cancelledAt: now, updatedAt: now, eventCancelledAt }),
      ...uncounted(before),
    ]);
    const refused = await transact<string>([...changes, giveSeatsBack(first, draw, refund, now)], patience);
    soldOutTiers.delete(tierKey(first.eventId, first.tierId));
    if (refused.size === 0) {
      count('Cancellations', bookings.length);
      count('TicketsCancelled', draw.quantity);
      return true;
    }
    if (!catchUp(refused, now)) return false;
  }
}

/**
 * Cancels a booking or hold because its event is. One that is over already stays as it is, so it does no harm to call
 * it twice, or with a booking as it was a while ago.
 *
 * @returns true where this call did it
 * @throws {DomainError} busy
 */
export async function cancelWithEvent(
  booking: Booking,
  eventCancelledAt: string,
  remainingMs: () => number,
): Promise<boolean> {
  const patience = new Patience(remainingMs);
  const cancelledWithEvent: Step = (before, now) => {
    const { after, actions } = cancelled(before, now);
    return { after: { ...after, eventCancelledAt }, actions };
  };
  for (let before = booking; before.status === 'HELD' || before.status === 'CONFIRMED'; ) {
    const step = isExpired(before, new Date().toISOString()) ? expired : cancelledWithEvent;
    const { booking: after, done } = await take(before, step, patience);
    if (done) return true;
    before = after;
    patience.mustLast('the booking keeps changing');
  }
  return false;
}

/**
 * Takes from a booking what leads to its buyer, whose account is being deleted, and the booking out of the count of their
 * purchases. A hold ends, and so does a booking of an event to come. One that is done already stays as it is.
 *
 * @param isToCome whether the event has not begun
 * @throws {DomainError} busy
 */
export async function eraseBuyer(booking: Booking, isToCome: boolean, remainingMs: () => number): Promise<void> {
  const patience = new Patience(remainingMs);
  const erased: Step = (before, now) => {
    const { after, actions } = endOf(before, isToCome, now);
    const { idempotencyKey: _key, ...rest } = after;
    return { after: { ...rest, buyerErasedAt: now }, actions };
  };
  for (let before = booking; before.buyerErasedAt === undefined; ) {
    const { booking: after } = await take(before, erased, patience);
    before = after;
    patience.mustLast('the booking keeps changing');
  }
}

function endOf(booking: Booking, isToCome: boolean, now: string): Change {
  if (booking.status === 'HELD') return isExpired(booking, now) ? expired(booking, now) : cancelled(booking, now);
  if (booking.status !== 'CONFIRMED') return { after: { ...booking, updatedAt: now }, actions: [] };
  if (isToCome) return cancelled(booking, now);
  return { after: { ...booking, counted: false, updatedAt: now }, actions: uncounted(booking) };
}

/**
 * Gives the seats of a hold back whose time is over. Any other booking stays as it is, so it does no harm to call it
 * twice, or for a hold that was confirmed meanwhile.
 *
 * @returns true where this call did it
 * @throws {DomainError} busy
 */
export async function expireHold(booking: Booking, remainingMs: () => number): Promise<boolean> {
  if (!isExpired(booking, new Date().toISOString())) return false;
  // Whoever needs the seats finds that the time is over; it is not their doing.
  const { booking: after, done } = await actingAs({ kind: 'system', id: 'hold-expiry' }, () =>
    take(booking, expired, new Patience(remainingMs)),
  );
  return done && after.status === 'EXPIRED';
}

function holdExpired({ holdExpiresAt, updatedAt }: Booking): DomainError<'hold-expired'> {
  const at = holdExpiresAt ?? updatedAt;
  return new DomainError('hold-expired', `The seats were held until ${at}.`, { holdExpiresAt: at });
}
