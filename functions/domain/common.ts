import * as z from 'zod';
import { limits } from './limits.ts';

/** RFC 3339, UTC, milliseconds: what the service stores and answers. Sorts as text. */
export const Timestamp = z.iso
  .datetime({ precision: 3 })
  .meta({ id: 'Timestamp', description: 'RFC 3339, UTC, milliseconds', example: '2027-06-18T18:00:00.000Z' });

/** Any RFC 3339 date-time with a zone or offset; becomes a Timestamp. */
export const TimestampInput = z.iso
  .datetime({ offset: true })
  .transform((text, context) => {
    const time = new Date(text);
    const year = time.getUTCFullYear();
    // Outside of these years the text has a sign and two more digits, and does not sort any more.
    if (Number.isNaN(year) || year < 0 || year > 9999) {
      context.addIssue({ code: 'custom', message: 'not a date that exists' });
      return z.NEVER;
    }
    return time.toISOString();
  })
  .meta({ description: 'RFC 3339 date-time with Z or an offset', example: '2027-06-18T20:00:00+02:00' });

const ulid = '[0-7][0-9A-HJKMNP-TV-Z]{25}';

export const EventId = z
  .string()
  .regex(new RegExp(`^evt_${ulid}$`), 'not an event id')
  .meta({ id: 'EventId', example: 'evt_01JY3W8H6V7Q2X4Z9K5M1N0PRS' });

export const BookingId = z
  .string()
  .regex(new RegExp(`^bkg_${ulid}$`), 'not a booking id')
  .meta({ id: 'BookingId', example: 'bkg_01JY3W9A1B2C3D4E5F6G7H8J9K' });

export const TierId = z
  .string()
  .max(40)
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'lower-case letters, digits and single hyphens')
  .meta({ id: 'TierId', example: 'standard' });

/** Text that a person reads: trimmed, not empty, no control characters. */
export const text = (maxCharacters: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(maxCharacters)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'control characters are not permitted');

/** As `text`, with line breaks and tabs. */
export const longText = (maxCharacters: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(maxCharacters)
    .regex(/^(?:[^\p{Cc}\p{Cs}]|[\n\r\t])*$/u, 'control characters are not permitted');

/** Integer in the currency's minor unit. */
export const Amount = z.int().min(0).meta({ description: "in the currency's minor unit (cents)", example: 4900 });

export const Email = z
  .email()
  .max(limits.emailCharacters)
  .transform((email) => email.toLowerCase())
  .meta({ example: 'ada@example.com' });

export const Cursor = z
  .string()
  .min(1)
  .max(limits.cursorCharacters)
  .meta({ description: 'Where the next page starts: `nextCursor` of the page before.' });

/** Query parameters of every list. */
export const PageQuery = z.strictObject({
  limit: z.coerce.number().pipe(z.int().min(1).max(limits.pageItems)).default(limits.defaultPageItems),
  cursor: Cursor.optional(),
});

export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: Cursor.optional() });

export interface Page<Item> {
  items: Item[];
  nextCursor?: string;
}

/**
 * The members of `object` that the shape names, in its order: DynamoDB keeps no order of attributes, and the same
 * resource should have the same bytes.
 */
export function inOrder<Shape extends object, Source extends object>(shape: Shape, source: Source): Source {
  const entries = Object.keys(shape).flatMap((key) => {
    const value = (source as Record<string, unknown>)[key];
    return value === undefined ? [] : [[key, value] as const];
  });
  return Object.fromEntries(entries) as Source;
}
