import { describe, expect, it } from 'vitest';
import { EventInput, EventPatch } from '../../functions/domain/event.ts';
import { changeEvent } from '../../functions/domain/event-change.ts';
import { eventView, untouchedStock } from '../../functions/domain/event-view.ts';
import { checkSale } from '../../functions/domain/sale.ts';
import { eventBody, storedEvent, tierBody } from '../support/factories.ts';

const change = { changeId: 'request-2', now: '2026-02-01T00:00:00.000Z' };
const now = '2026-02-01T00:00:00.000Z';
const code = (code: string) => expect.objectContaining({ code });
const issues = (body: unknown) => EventInput.safeParse(body).error?.issues.map(({ path }) => path.join('.')) ?? [];

describe('the body of an event', () => {
  it('is accepted with defaults: published, ten a booking', () => {
    const event = EventInput.parse(eventBody());
    expect(event.status).toBe('PUBLISHED');
    expect(event.tiers[0]?.maxPerBooking).toBe(10);
  });

  it.each([
    ['an unknown field', eventBody({ organizerId: 'me' }), ''],
    ['a status that only the server sets', eventBody({ status: 'CANCELLED' }), 'status'],
    ['a time zone that does not exist', eventBody({ timezone: 'Mars/Olympus' }), 'timezone'],
    ['an offset instead of a zone', eventBody({ timezone: '+02:00' }), 'timezone'],
    ['a currency that does not exist', eventBody({ tiers: [tierBody({ currency: 'XXQ' })] }), 'tiers.0.currency'],
    ['a price in fractions', eventBody({ tiers: [tierBody({ price: 9.99 })] }), 'tiers.0.price'],
    ['a capacity of nothing', eventBody({ tiers: [tierBody({ capacity: 0 })] }), 'tiers.0.capacity'],
    ['a capacity above the limit', eventBody({ tiers: [tierBody({ capacity: 1_000_001 })] }), 'tiers.0.capacity'],
    ['no tier', eventBody({ tiers: [] }), 'tiers'],
    ['a tier twice', eventBody({ tiers: [tierBody(), tierBody()] }), 'tiers.1.tierId'],
    ['an end before the start', eventBody({ endsAt: '2030-06-21T17:00:00Z' }), 'endsAt'],
    ['a day that does not exist', eventBody({ startsAt: '2030-02-30T18:00:00Z' }), 'startsAt'],
    ['a name of blanks', eventBody({ name: '   ' }), 'name'],
    ['a name with control characters', eventBody({ name: 'a\u0000b' }), 'name'],
    [
      'a sale that opens after the start',
      eventBody({ tiers: [tierBody({ saleOpensAt: '2031-01-01T00:00:00Z' })] }),
      'tiers.0.saleOpensAt',
    ],
  ])('is refused with %s', (_what, body, path) => {
    expect(issues(body)).toContain(path);
  });

  it('keeps times in UTC with milliseconds', () => {
    expect(EventInput.parse(eventBody({ startsAt: '2030-06-21T20:00:00+02:00' })).startsAt).toBe(
      '2030-06-21T18:00:00.000Z',
    );
  });

  it('has a patch that must change something', () => {
    expect(EventPatch.safeParse({}).success).toBe(false);
    expect(EventPatch.parse({ name: 'Other' })).toEqual({ name: 'Other' });
  });
});

describe('a sale', () => {
  const tierOf = (event: ReturnType<typeof storedEvent>) => {
    const [tier] = event.tiers;
    if (!tier) throw new Error('no tier');
    return tier;
  };
  const check =
    (event: ReturnType<typeof storedEvent>, quantity = 1, at = now) =>
    () =>
      checkSale(event, tierOf(event), quantity, at);

  it('is open from its opening to the start of the event', () => {
    const event = storedEvent({ tiers: [tierBody({ saleOpensAt: '2026-03-01T00:00:00.000Z' })] });
    expect(check(event, 1, '2026-02-28T23:59:59.999Z')).toThrow(code('sale-not-open'));
    expect(check(event, 1, '2026-03-01T00:00:00.000Z')).not.toThrow();
    expect(check(event, 1, '2030-06-21T17:59:59.999Z')).not.toThrow();
    expect(check(event, 1, '2030-06-21T18:00:00.000Z')).toThrow(code('sale-closed'));
  });

  it('ends for a cancelled event', () => {
    expect(check({ ...storedEvent(), status: 'CANCELLED' })).toThrow(code('event-cancelled'));
  });

  it('bounds one booking, and leaves the limit of one person to the write that counts', () => {
    const event = storedEvent({ tiers: [tierBody({ maxPerBooking: 4, maxPerUser: 3 })] });
    expect(check(event, 5)).toThrow(code('validation-error'));
    expect(check(event, 4)).not.toThrow();
  });
});

describe('changing an event', () => {
  it('leaves the sale alone where only its name changes', () => {
    const event = storedEvent();
    const { event: after, changed } = changeEvent(event, { name: 'Other' }, change);
    expect(after).toMatchObject({ name: 'Other', version: 2, changeId: 'request-2', updatedAt: now });
    expect(after.tiers).toEqual(event.tiers);
    expect(changed).toEqual([]);
  });

  it.each([
    ['price', { price: 1 }],
    ['saleOpensAt', { saleOpensAt: '2026-01-05T00:00:00.000Z' }],
    ['maxPerBooking', { maxPerBooking: 3 }],
    ['maxPerUser', { maxPerUser: 3 }],
  ])('gives the tier new rules where %s changes', (_field, tier) => {
    const patch = EventPatch.parse({ tiers: [tierBody(tier)] });
    const { changed } = changeEvent(storedEvent(), patch, change);
    expect(changed).toMatchObject([{ after: { ruleVersion: 2 }, unsold: false }]);
  });

  it('moves the end of the sale with the start of the event', () => {
    const { changed } = changeEvent(storedEvent(), { startsAt: '2031-01-01T00:00:00.000Z' }, change);
    expect(changed).toHaveLength(1);
  });

  it('changes shards but no rules where only the capacity changes, and keeps the number of shards', () => {
    const patch = EventPatch.parse({ tiers: [tierBody({ capacity: 5_000 })] });
    const { changed } = changeEvent(storedEvent(), patch, change);
    expect(changed).toMatchObject([{ after: { ruleVersion: 1, capacity: 5_000, shards: 5 } }]);
  });

  it('needs a tier without bookings to change its currency', () => {
    const patch = EventPatch.parse({ tiers: [tierBody({ currency: 'USD' })] });
    expect(changeEvent(storedEvent(), patch, change).changed).toMatchObject([{ unsold: true }]);
  });

  it('adds and removes tiers', () => {
    const patch = EventPatch.parse({ tiers: [tierBody({ tierId: 'vip', capacity: 250 })] });
    const result = changeEvent(storedEvent(), patch, change);
    expect(result.added).toMatchObject([{ tierId: 'vip', shards: 3, ruleVersion: 2 }]);
    expect(result.removed).toMatchObject([{ tierId: 'standard' }]);
    expect(result.changed).toEqual([]);
  });

  it('never lists fewer index partitions than bookings may stand in', () => {
    const event = storedEvent({ tiers: [tierBody({ capacity: 6_400 })] });
    const patch = EventPatch.parse({ tiers: [tierBody({ tierId: 'small', capacity: 10 })] });
    expect(event.bookingPartitions).toBe(8);
    expect(changeEvent(event, patch, change).event.bookingPartitions).toBe(8);
  });

  it('goes no step back: a published event is no draft again', () => {
    expect(() => changeEvent(storedEvent(), { status: 'DRAFT' }, change)).toThrow(code('invalid-state'));
    const draft = storedEvent({ status: 'DRAFT' });
    expect(changeEvent(draft, { status: 'PUBLISHED' }, change).changed).toMatchObject([{ after: { ruleVersion: 2 } }]);
  });

  it('removes with null what an event need not have', () => {
    const event = storedEvent({ description: 'Three bands', category: 'music', endsAt: '2030-06-21T20:00:00Z' });
    const patch = EventPatch.parse({ description: null, category: null, endsAt: null });
    const { event: after } = changeEvent(event, patch, change);
    expect(Object.keys(after)).not.toEqual(expect.arrayContaining(['description']));
    expect([after.category, after.endsAt]).toEqual([undefined, undefined]);
    expect(EventPatch.safeParse({ name: null }).success).toBe(false);
  });

  it('is checked against the fields that stay', () => {
    const event = storedEvent({ endsAt: '2030-06-21T20:00:00Z' });
    expect(() => changeEvent(event, { startsAt: '2030-06-21T21:00:00.000Z' }, change)).toThrow(
      code('validation-error'),
    );
  });
});

describe('the view of an event', () => {
  it('shows nothing that is internal', () => {
    const event = storedEvent();
    const text = JSON.stringify(eventView(event, untouchedStock(event), now));
    for (const secret of ['organizerId', 'shards', 'ruleVersion', 'changeId', 'bookingPartitions']) {
      expect(text).not.toContain(secret);
    }
  });

  it('has the same bytes whatever the order in which the database returns attributes', () => {
    const event = storedEvent();
    const shuffled = Object.fromEntries(Object.entries(event).toReversed()) as typeof event;
    shuffled.venue = Object.fromEntries(Object.entries(event.venue).toReversed()) as typeof event.venue;
    const bytes = (of: typeof event) => JSON.stringify(eventView(of, untouchedStock(of), now));
    expect(bytes(shuffled)).toBe(bytes(event));
  });
});
