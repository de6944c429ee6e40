import { DomainError, invalid } from './errors.ts';
import type { Event, Tier } from './event.ts';

/** When sales of a tier end: its own time, or the start of the event. */
export function saleClosesAt(event: { startsAt: string }, tier: { saleClosesAt?: string | undefined }): string {
  return tier.saleClosesAt ?? event.startsAt;
}

/** True while tickets of the tier can be bought as far as its rules are concerned; seats are another matter. */
export function isOnSale(event: Event, tier: Tier, now: string): boolean {
  const opened = tier.saleOpensAt === undefined || tier.saleOpensAt <= now;
  return event.status === 'PUBLISHED' && opened && now < saleClosesAt(event, tier);
}

/** True until an event is over. @param now RFC 3339, UTC */
export function isToCome({ startsAt, endsAt }: Pick<Event, 'startsAt' | 'endsAt'>, now: string): boolean {
  return (endsAt ?? startsAt) > now;
}

/**
 * Whether the rules of the tier permit a sale. The limit per person is not among them: who has how many is known to
 * the write that counts them.
 *
 * @param now RFC 3339, UTC
 * @throws {DomainError} event-cancelled, sale-not-open, sale-closed; validation-error for a quantity above
 *   maxPerBooking
 */
export function checkSale(event: Event, tier: Tier, quantity: number, now: string): void {
  if (event.status === 'CANCELLED') {
    throw eventCancelled(event.cancelledAt ?? event.updatedAt);
  }
  if (tier.saleOpensAt !== undefined && now < tier.saleOpensAt) {
    const { saleOpensAt } = tier;
    throw new DomainError('sale-not-open', `The sale begins at ${saleOpensAt}.`, { saleOpensAt });
  }
  const closesAt = saleClosesAt(event, tier);
  if (now >= closesAt) {
    throw new DomainError('sale-closed', `The sale ended at ${closesAt}.`, { saleClosesAt: closesAt });
  }
  if (quantity > tier.maxPerBooking) throw invalid('quantity', `at most ${tier.maxPerBooking} in one booking`);
}

/** @param cancelledAt RFC 3339, UTC */
export function eventCancelled(cancelledAt: string): DomainError<'event-cancelled'> {
  return new DomainError('event-cancelled', 'The event is cancelled.', { cancelledAt });
}

/** @param purchased tickets of the tier, or of the whole event, that the person has already */
export function purchaseLimit(
  maxPerUser: number,
  purchased: number,
  per: 'tier' | 'event',
): DomainError<'purchase-limit'> {
  const tickets = per === 'tier' ? 'of these tickets' : 'tickets of this event';
  const detail = `One person may have ${maxPerUser} ${tickets}; you have ${purchased}.`;
  return new DomainError('purchase-limit', detail, { maxPerUser, purchased });
}
