import { ulid } from 'ulid';
import { type Event, EventInput } from '../../functions/domain/event.ts';
import { newEvent } from '../../functions/domain/event-change.ts';
import type { Shard } from '../../functions/domain/inventory.ts';

/** Body of createEvent; one tier with 500 seats unless told otherwise. */
export function eventBody(overrides: Record<string, unknown> = {}) {
  return {
    name: 'Midsummer Jazz Night',
    venue: { name: 'Elbphilharmonie', city: 'Hamburg', country: 'DE' },
    timezone: 'Europe/Berlin',
    startsAt: '2030-06-21T18:00:00.000Z',
    tiers: [tierBody()],
    ...overrides,
  };
}

export function tierBody(overrides: Record<string, unknown> = {}) {
  return { tierId: 'standard', name: 'Standard', price: 4_900, currency: 'EUR', capacity: 500, ...overrides };
}

/** A stored event with an id of its own. */
export function storedEvent(overrides: Record<string, unknown> = {}): Event {
  const ids = { eventId: `evt_${ulid()}`, organizerId: 'organizer-1' };
  const change = { changeId: ulid(), now: '2026-01-01T00:00:00.000Z' };
  return newEvent(EventInput.parse(eventBody(overrides)), ids, change);
}

export function shard(overrides: Partial<Shard> = {}): Shard {
  return {
    shard: 0,
    tierKey: 'EVENT#e#TIER#standard',
    capacity: 100,
    available: 100,
    held: 0,
    sold: 0,
    waiting: false,
    bookings: 0,
    holds: 0,
    cancelled: 0,
    revenue: 0,
    day: '2026-01-01',
    version: 1,
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
    status: 'PUBLISHED',
    unitPrice: 4_900,
    currency: 'EUR',
    saleClosesAt: '2030-06-21T18:00:00.000Z',
    ruleVersion: 1,
    ...overrides,
  };
}
