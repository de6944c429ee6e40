import { createHash } from 'node:crypto';
import type { Booking, Draw } from '../domain/booking.ts';
import type { Event, Tier } from '../domain/event.ts';
import { ulidOf } from '../domain/id.ts';
import { planDraw, type Shard } from '../domain/inventory.ts';
import { limits } from '../domain/limits.ts';
import { nextInLine, type Passing, type Waiting, type Waitlist } from '../domain/waitlist.ts';
import { count } from '../shared/counters.ts';
import { partitionOf, putBooking } from './booking-store.ts';
import { getEvent } from './event-store.ts';
import { readShards, type TierRef, takeSeats } from './inventory-store.ts';
import { tierKey } from './keys.ts';
import { catchUp, clockMs } from './shard-clock.ts';
import { Patience, transact } from './transact.ts';
import {
  askAgain,
  countEnded,
  endEntry,
  firstsInLine,
  getWaitlist,
  listWaiting,
  noteLeftOver,
} from './waitlist-items.ts';
import { closeWaitlist, isOver, reopenSale } from './waitlist-store.ts';

/** A tier as one run sees it: its line from the front, and its free seats. */
interface View {
  ref: TierRef;
  event: Event;
  tier: Tier;
  list: Waitlist;
  firsts: Map<number, Waiting>;
  shards: Shard[];
}

/**
 * Gives the free seats of a tier to the people in line, in order; those whose quantity does not fit are passed over and
 * keep their places. Opens the sale again when nobody waits any more, and closes the line when the sale is over. The
 * table as it stands decides, so it does no harm to call it at any time, any number of times, or twice at once. What
 * time does not suffice for, another message will ask for.
 *
 * @throws {DomainError} busy
 */
export async function promoteWaitlist(ref: TierRef, remainingMs: () => number): Promise<void> {
  const patience = new Patience(remainingMs);
  for (;;) {
    const list = await getWaitlist(ref);
    const event = list && (await getEvent(ref.eventId));
    const tier = event?.tiers.find(({ tierId }) => tierId === ref.tierId);
    if (!list || !event || !tier) return;
    if (list.waiting === 0) {
      if (await reopenSale(event, tier, remainingMs)) return;
    } else if (isOver(event, tier, new Date().toISOString())) {
      if (!(await closeWaitlist(ref.eventId, ref.tierId, remainingMs))) await comeAgain(ref, remainingMs);
      return;
    } else {
      const [firsts, shards] = await Promise.all([firstsInLine(ref, list), readShards(ref.eventId, [tier])]);
      const view = { ref, event, tier, list, firsts, shards: shards.get(ref.tierId) ?? [] };
      if ((await serve(view, remainingMs)) === 'done') return;
    }
    // Something changed while the line was served: look again.
    await patience.beforeRetry(new Error('the line keeps changing'));
  }
}

async function serve(view: View, remainingMs: () => number): Promise<'done' | 'changed'> {
  const { ref, list, firsts } = view;
  let promoted = 0;
  for (;;) {
    const available = view.shards.reduce((sum, shard) => sum + shard.available, 0);
    const next = nextInLine(firsts.values(), available);
    if (!next) {
      if (promoted === list.waiting) return 'changed';
      return noteWhatIsLeft(view, available, { unchanged: promoted === 0 }, remainingMs);
    }
    if (remainingMs() < limits.promotionReserveMs) {
      await comeAgain(ref, remainingMs);
      return 'done';
    }
    // The sale may have closed since the line was read.
    if (isOver(view.event, view.tier, new Date(clockMs()).toISOString())) return 'changed';
    const draws = planDraw(view.shards, next.quantity, Math.random) ?? [];
    if (!(await promote(view, next, draws, available, remainingMs))) return 'changed';
    promoted += 1;
    for (const draw of draws) {
      const shard = view.shards.find((candidate) => candidate.shard === draw.shard);
      if (shard) shard.available -= draw.quantity;
    }
    const [follower] = await listWaiting(ref, 1, next.quantity);
    if (follower) firsts.set(next.quantity, follower);
    else firsts.delete(next.quantity);
  }
}

/** Notes seats that fit nobody, so that somebody whom they fit and who joins later asks for another run. */
async function noteWhatIsLeft(
  { ref, list }: View,
  available: number,
  { unchanged }: { unchanged: boolean },
  remainingMs: () => number,
): Promise<'done' | 'changed'> {
  const known = unchanged ? (list.leftOver?.available ?? 0) : 0;
  if (known === available && (!unchanged || list.again === undefined)) return 'done';
  const leftOver = available > 0 ? { available, at: new Date().toISOString() } : undefined;
  const refused = await transact([noteLeftOver(ref, list, leftOver)], new Patience(remainingMs));
  return refused.size === 0 ? 'done' : 'changed';
}

/** @returns false where the entry, the rules or the seats are not as they were read */
async function promote(
  { ref, event, tier, firsts }: View,
  next: Waiting,
  draws: Draw[],
  available: number,
  remainingMs: () => number,
): Promise<boolean> {
  const booking = bookingFor(event, tier, next, draws);
  const now = booking.createdAt;
  const passed = new Map<number, Passing>();
  for (const first of firsts.values()) {
    if (first.seq < next.seq) passed.set(first.quantity, { upTo: next.seq, available, at: now });
  }
  const refused = await transact<string>(
    [
      ...endEntry(next, { status: 'PROMOTED', updatedAt: now, bookingId: booking.bookingId }),
      countEnded(ref, [next], passed),
      putBooking(booking),
      ...draws.map((draw, index) =>
        takeSeats(ref, { draw, tier, to: 'sold', isFirst: index === 0, thoughWaiting: true }, now),
      ),
    ],
    new Patience(remainingMs),
  );
  if (refused.size === 0) {
    count('Promotions');
    count('TicketsSold', booking.quantity);
    return true;
  }
  // A repetition after a lost answer finds its own booking.
  const own = refused.get('booking');
  if (own && own.updatedAt === now) return true;
  catchUp(refused, now);
  return false;
}

function bookingFor(event: Event, tier: Tier, next: Waiting, draws: Draw[]): Booking {
  const nowMs = clockMs();
  const now = new Date(nowMs).toISOString();
  const entropy = createHash('sha256')
    .update(`${tierKey(next.eventId, next.tierId)} ${next.seq}`)
    .digest();
  const bookingId = `bkg_${ulidOf(nowMs, entropy)}`;
  return {
    bookingId,
    eventId: event.eventId,
    eventName: event.name,
    tierId: tier.tierId,
    quantity: next.quantity,
    unitPrice: tier.price,
    total: tier.price * next.quantity,
    currency: tier.currency,
    status: 'CONFIRMED',
    confirmedAt: now,
    createdAt: now,
    updatedAt: now,
    userId: next.userId,
    draws,
    partition: partitionOf(bookingId, event.bookingPartitions),
    counted: next.counted,
    wasHeld: false,
    promoted: true,
  };
}

async function comeAgain(ref: TierRef, remainingMs: () => number): Promise<void> {
  await transact([askAgain(ref, new Date().toISOString())], new Patience(remainingMs));
}
