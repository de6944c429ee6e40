import type { Draw } from '../domain/booking.ts';
import { DomainError } from '../domain/errors.ts';
import type { Event, Tier } from '../domain/event.ts';
import { planDraw } from '../domain/inventory.ts';
import type { Outlook } from '../domain/outlook.ts';
import { expireHold } from './booking-changes.ts';
import { listExpiredHolds } from './booking-list-store.ts';
import { soldOutTiers } from './instance-memory.ts';
import { readShards } from './inventory-store.ts';
import { tierKey } from './keys.ts';
import type { Patience } from './transact.ts';
import { reopenSale } from './waitlist-store.ts';

interface Wanted {
  quantity: number;
  remainingMs: () => number;
}

/**
 * Draws from the shard of this instance. Where it is time for that, all are read first, to draw from another one or
 * from several. Nobody is refused here: the reading is no snapshot, and the rules of the sale may have changed.
 */
export async function drawFromOne(sale: {
  order: Wanted;
  event: Event;
  tier: Tier;
  outlook: Outlook;
}): Promise<Draw[]> {
  const { event, tier, outlook } = sale;
  const { quantity } = sale.order;
  if (outlook.isTimeToLook(quantity)) {
    const shards = (await readShards(event.eventId, [tier])).get(tier.tierId) ?? [];
    outlook.look(shards);
    const draws = outlook.seats < quantity && planDraw(shards, quantity, Math.random);
    if (draws) return draws;
  }
  return [{ shard: outlook.shard, quantity }];
}

/**
 * Draws from all shards of the tier, and where they have too few from holds whose time is over.
 *
 * Reading the shards is no snapshot: seats may move between two reads of one batch. So the tier is only called sold
 * out when two readings in a row are the same to the version, for then nothing moved between them.
 *
 * @throws {DomainError} sold-out; waitlist-first where people wait for the seats that there are; busy
 */
export async function drawFromAll(sale: {
  patience: Patience;
  order: Wanted;
  event: Event;
  tier: Tier;
  outlook: Outlook;
}): Promise<Draw[]> {
  const { patience, order, event, tier, outlook } = sale;
  let before: string | undefined;
  for (;;) {
    const shards = (await readShards(event.eventId, [tier])).get(tier.tierId) ?? [];
    outlook.note(shards);
    const waiting = shards.some((shard) => shard.waiting);
    const draws = waiting ? undefined : planDraw(shards, order.quantity, Math.random);
    if (draws) return draws;
    const freed = shards.some(({ held }) => held > 0) && (await freeExpiredHolds(event, tier, order));
    const versions = shards.map(({ shard, version }) => `${shard}:${version}`).join();
    if (!freed && versions === before) {
      const available = shards.reduce((sum, shard) => sum + shard.available, 0);
      // The last in line may just have left.
      const isOpen = waiting && available > 0 && (await reopenSale(event, tier, order.remainingMs));
      if (!isOpen) {
        soldOutTiers.set(tierKey(event.eventId, tier.tierId), { available, waiting });
        throw noSeats({ available, waiting });
      }
    }
    if (before !== undefined) await patience.beforeRetry(new Error('the shards of the tier keep changing'));
    before = versions;
  }
}

/** Gives back the seats of holds that are over, as many as are wanted. @returns whether there were any */
export async function freeExpiredHolds(event: Event, tier: Tier, wanted: Wanted): Promise<boolean> {
  let freed = 0;
  for (const hold of await listExpiredHolds(event, tier.tierId)) {
    if (await expireHold(hold, wanted.remainingMs)) freed += hold.quantity;
    if (freed >= wanted.quantity) break;
  }
  return freed > 0;
}

/** The refusal of a booking. A waitlist can be joined where nothing is left, or others wait already. */
export function noSeats(left: { available: number; waiting: boolean }): DomainError<'sold-out' | 'waitlist-first'> {
  const { available, waiting } = left;
  if (available === 0) return new DomainError('sold-out', 'No tickets are left.', { available, waitlist: true });
  const tickets = available === 1 ? '1 ticket is' : `${available} tickets are`;
  return waiting
    ? new DomainError('waitlist-first', `${tickets} left, but others wait for them.`, { available })
    : new DomainError('sold-out', `Only ${tickets} left.`, { available, waitlist: false });
}
