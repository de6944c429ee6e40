import * as z from 'zod';

/** What the functions limit, by the names in functions/domain/limits.ts, where the default quotas are. */
export const rateNames = [
  'bookings',
  'waitlist-joins',
  'holds',
  'logins',
  'logins-per-address',
  'registrations',
  'registrations-per-address',
  'confirmations',
  'confirmations-per-address',
] as const;
export type RateLimits = Partial<Record<(typeof rateNames)[number], number>>;

const Quotas = z.partialRecord(z.enum(rateNames), z.coerce.number().int().min(1).max(1_000_000_000));

/** Reads quotas such as `bookings:60,logins-per-address:500`. */
export const rateLimitsText = z
  .string()
  .regex(/^[a-z-]+:\d+(?:,\s*[a-z-]+:\d+)*$/, 'quotas such as bookings:60,logins:10')
  .transform((text, context): RateLimits => {
    const parsed = Quotas.safeParse(Object.fromEntries(text.split(',').map((pair) => pair.trim().split(':'))));
    if (parsed.success) return parsed.data;
    context.addIssue({ code: 'custom', message: `not quotas such as bookings:60,logins:10; known are ${rateNames}` });
    return z.NEVER;
  });

/** What a function is told of them; nothing where all quotas are the default ones. */
export function rateEnvironment(limits: RateLimits | undefined): Record<string, string> {
  return limits && Object.keys(limits).length > 0 ? { RATE_LIMITS: JSON.stringify(limits) } : {};
}
