import { inOrder } from './common.ts';
import { type Event, EventView, TierView, Venue } from './event.ts';
import { isOnSale, saleClosesAt } from './sale.ts';

/** What the shards of a tier hold together. */
export interface TierStock {
  available: number;
  waiting: boolean;
}

/**
 * An event as the API shows it.
 *
 * @param stock by tierId; a tier without any counts as empty
 * @param now RFC 3339, UTC
 */
export function eventView(event: Event, stock: ReadonlyMap<string, TierStock>, now: string): EventView {
  const tiers = event.tiers.map((tier) => {
    const { available, waiting } = stock.get(tier.tierId) ?? { available: 0, waiting: false };
    return inOrder(TierView.shape, {
      ...tier,
      saleClosesAt: saleClosesAt(event, tier),
      available,
      onSale: isOnSale(event, tier, now),
      soldOut: available === 0,
      waiting,
    } satisfies TierView);
  });
  const venue = inOrder(Venue.shape, event.venue);
  return inOrder(EventView.shape, { ...event, venue, tiers } satisfies EventView);
}

/** The stock of an event that nobody has booked yet. */
export function untouchedStock(event: Event): Map<string, TierStock> {
  return new Map(event.tiers.map(({ tierId, capacity }) => [tierId, { available: capacity, waiting: false }]));
}
