import { invalid, isDomainError, notFound } from '../domain/errors.ts';
import type { Event, Tier } from '../domain/event.ts';
import { checkSale } from '../domain/sale.ts';
import { getEvent } from './event-store.ts';
import { knownEvents } from './instance-memory.ts';

/** What somebody wants to buy, or to wait for. */
export interface SaleOrder {
  eventId: string;
  tierId?: string | undefined;
  quantity: number;
}

/** A refusal is only given on rules that were read within this time. */
const freshMs = 1_000;

/** The event and tier, with rules that permit the sale; read anew before anything is refused on old knowledge. */
export async function saleFor(order: SaleOrder): Promise<{ event: Event; tier: Tier }> {
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

function permitted(event: Event, { tierId, quantity }: SaleOrder): { event: Event; tier: Tier } {
  if (event.status === 'DRAFT') throw notFound();
  const [first, ...others] = event.tiers;
  if (tierId === undefined && others.length > 0) throw invalid('tierId', 'is required: the event has several tiers');
  const tier = tierId === undefined ? first : event.tiers.find((candidate) => candidate.tierId === tierId);
  if (!tier) throw notFound();
  checkSale(event, tier, quantity, new Date().toISOString());
  return { event, tier };
}
