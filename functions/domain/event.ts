import * as z from 'zod';
import { Amount, EventId, longText, TierId, Timestamp, TimestampInput, text } from './common.ts';
import { limits } from './limits.ts';

const supported = (key: 'currency' | 'timeZone'): ReadonlySet<string> => new Set(Intl.supportedValuesOf(key));
const currencies = supported('currency');

function isTimezone(name: string): boolean {
  try {
    // Accepts every IANA name and link, which supportedValuesOf('timeZone') does not list.
    return (
      new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '' && /^[A-Za-z]/.test(name)
    );
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

export const Currency = z
  .string()
  .regex(/^[A-Z]{3}$/)
  .refine((code) => currencies.has(code), 'not an ISO 4217 currency code')
  .meta({ description: 'ISO 4217', example: 'EUR' });

export const EventStatus = z.enum(['DRAFT', 'PUBLISHED', 'CANCELLED']).meta({ id: 'EventStatus' });
export type EventStatus = z.infer<typeof EventStatus>;

export const Venue = z
  .strictObject({
    name: text(limits.nameCharacters).meta({ example: 'Elbphilharmonie' }),
    city: text(limits.nameCharacters).optional().meta({ example: 'Hamburg' }),
    country: z
      .string()
      .regex(/^[A-Z]{2}$/, 'an ISO 3166-1 alpha-2 code')
      .optional()
      .meta({ description: 'ISO 3166-1 alpha-2', example: 'DE' }),
    address: text(500).optional().meta({ example: 'Platz der Deutschen Einheit 1, 20457 Hamburg' }),
  })
  .meta({ id: 'Venue' });

const quantity = z.int().min(1).max(limits.quantityPerBooking);

export const TierInput = z
  .strictObject({
    tierId: TierId,
    name: text(limits.nameCharacters).meta({ example: 'Standard' }),
    price: Amount.max(limits.priceMinorUnits),
    currency: Currency,
    capacity: z.int().min(1).max(limits.capacityPerTier).meta({ example: 500 }),
    saleOpensAt: TimestampInput.optional(),
    saleClosesAt: TimestampInput.optional().meta({ description: 'When sales end; default: startsAt of the event.' }),
    maxPerBooking: quantity.default(limits.defaultMaxPerBooking),
    maxPerUser: z.int().min(1).max(limits.maxPerUser).optional(),
  })
  .meta({ id: 'TierInput' });
export type TierInput = z.output<typeof TierInput>;

const eventFields = {
  name: text(limits.nameCharacters).meta({ example: 'Midsummer Jazz Night' }),
  description: longText(limits.descriptionCharacters).optional(),
  category: text(50).optional().meta({ example: 'music' }),
  venue: Venue,
  timezone: z.string().max(64).refine(isTimezone, 'not an IANA time zone').meta({ example: 'Europe/Berlin' }),
  startsAt: TimestampInput,
  endsAt: TimestampInput.optional(),
  maxPerUser: z
    .int()
    .min(1)
    .max(limits.maxPerUser)
    .optional()
    .meta({ description: 'Tickets that one person may have of all tiers together.', example: 8 }),
  tiers: z.array(TierInput).min(1).max(limits.tiersPerEvent),
};

type Schedule = { startsAt?: string | undefined; endsAt?: string | undefined; tiers?: TierInput[] | undefined };

/** Rules between fields, shared by create and update; `add` takes a path and a message. */
export function checkBetweenFields(event: Schedule, add: (path: (string | number)[], message: string) => void): void {
  if (event.startsAt && event.endsAt && event.endsAt <= event.startsAt) add(['endsAt'], 'must be after startsAt');
  const seen = new Set<string>();
  event.tiers?.forEach((tier, index) => {
    if (seen.has(tier.tierId)) add(['tiers', index, 'tierId'], 'is used twice');
    seen.add(tier.tierId);
    const closesAt = tier.saleClosesAt ?? event.startsAt;
    if (tier.saleOpensAt && closesAt && closesAt <= tier.saleOpensAt) {
      add(['tiers', index, 'saleOpensAt'], 'must be before the sale closes');
    }
  });
}

const betweenFields = (event: Schedule, context: z.core.$RefinementCtx) =>
  checkBetweenFields(event, (path, message) => context.addIssue({ code: 'custom', path, message }));

export const EventInput = z
  .strictObject({ ...eventFields, status: z.enum(['DRAFT', 'PUBLISHED']).default('PUBLISHED') })
  .superRefine(betweenFields)
  .meta({ id: 'EventInput' });
export type EventInput = z.output<typeof EventInput>;

/** `null` removes a field that an event need not have. */
export const EventPatch = z
  .strictObject({
    ...eventFields,
    description: eventFields.description.nullable(),
    category: eventFields.category.nullable(),
    endsAt: eventFields.endsAt.nullable(),
    maxPerUser: eventFields.maxPerUser.nullable(),
    status: z.enum(['DRAFT', 'PUBLISHED']),
  })
  .partial()
  .superRefine((patch, context) => betweenFields({ ...patch, endsAt: patch.endsAt ?? undefined }, context))
  .refine((patch) => Object.keys(patch).length > 0, 'at least one field')
  .meta({ id: 'EventPatch' });
export type EventPatch = z.output<typeof EventPatch>;

/**
 * A tier as the event item keeps it. `shards` is fixed when the tier is created; `ruleVersion` is the version of the
 * event with which the sale rules of the tier last changed.
 */
export interface Tier extends TierInput {
  shards: number;
  ruleVersion: number;
}

/** An event as stored: everything but what the shards know. `bookingPartitions` never shrinks. */
export interface Event extends Omit<EventInput, 'tiers' | 'status'> {
  eventId: string;
  organizerId: string;
  status: EventStatus;
  tiers: Tier[];
  bookingPartitions: number;
  version: number;
  /** The request that wrote this version: a repeated write knows its own result. */
  changeId: string;
  createdAt: string;
  updatedAt: string;
  cancelledAt?: string;
}

export const TierView = z
  .object({
    ...TierInput.shape,
    saleOpensAt: Timestamp.optional(),
    saleClosesAt: Timestamp,
    maxPerBooking: quantity,
    available: z.int().min(0).meta({ description: 'never older than two seconds', example: 137 }),
    onSale: z.boolean().meta({ description: 'published, and inside the sale window' }),
    soldOut: z.boolean(),
    waiting: z.boolean().meta({ description: 'people wait: freed seats go to them first' }),
  })
  .meta({ id: 'Tier' });
export type TierView = z.infer<typeof TierView>;

export const EventView = z
  .object({
    eventId: EventId,
    status: EventStatus,
    ...eventFields,
    startsAt: Timestamp,
    endsAt: Timestamp.optional(),
    tiers: z.array(TierView),
    version: z.int().min(1),
    createdAt: Timestamp,
    updatedAt: Timestamp,
    cancelledAt: Timestamp.optional(),
  })
  .meta({ id: 'Event' });
export type EventView = z.infer<typeof EventView>;

export const EventFilter = z.strictObject({
  q: text(limits.searchCharacters).optional().meta({ description: 'words in name, description, venue or city' }),
  category: text(50).optional(),
  city: text(limits.nameCharacters).optional(),
  from: TimestampInput.optional().meta({ description: 'starts at or after; default: now' }),
  to: TimestampInput.optional().meta({ description: 'starts before' }),
});
export type EventFilter = z.output<typeof EventFilter>;
