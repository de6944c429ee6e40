import * as z from 'zod';
import { EventId, TierId, Timestamp } from './common.ts';

/**
 * Who changes something. `user` and `organizer`: a person, in that part; `principal`: an administrator, by the ARN of IAM;
 * `worker`: what follows from an earlier change; `system`: time, by whoever noticed.
 */
export const Actor = z
  .object({
    kind: z.enum(['user', 'organizer', 'principal', 'worker', 'system']),
    id: z.string().meta({ description: 'id of the person, ARN of the principal, or name of the worker' }),
  })
  .meta({ id: 'Actor' });
export type Actor = z.infer<typeof Actor>;

/** One attribute of an item for both, since every booking has it. */
export const actorText = ({ kind, id }: Actor): string => `${kind}:${id}`;

/** Undefined where the text names nobody. */
export function actorOf(text: unknown): Actor | undefined {
  const [, kind, id] = /^([a-z]+):(.+)$/.exec(String(text)) ?? [];
  return Actor.safeParse({ kind, id }).data;
}

/** An event, a booking or a person. */
export const AuditedEntity = z
  .string()
  .regex(
    /^(?:(?:evt|bkg)_[0-7][0-9A-HJKMNP-TV-Z]{25}|[A-Za-z0-9-]{1,128})$/,
    'not an id of an event, a booking or a user',
  )
  .meta({ id: 'AuditedEntity', description: 'id of an event, a booking or a user' });

export const AuditKind = z
  .enum(['event', 'booking', 'waitlist-entry', 'roles', 'account-deletion'])
  .meta({ id: 'AuditKind' });
export type AuditKind = z.infer<typeof AuditKind>;

const Values = z.record(z.string(), z.unknown());

/** One change, told by what it changed: of a new item everything, of a removed one everything as it was. */
export const AuditEntry = z
  .object({
    at: Timestamp,
    entity: z.string(),
    kind: AuditKind,
    change: z.enum(['created', 'changed', 'removed']),
    by: Actor.optional().meta({ description: 'missing where the item was changed past the service' }),
    eventId: EventId.optional(),
    userId: z.string().optional().meta({ description: 'whose booking, place, roles or account it is' }),
    tierId: TierId.optional().meta({ description: 'of a waitlist entry' }),
    seq: z.int().optional().meta({ description: 'number of a waitlist entry' }),
    before: Values.optional(),
    after: Values.optional(),
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntry = z.infer<typeof AuditEntry>;

/** What differs between two states, each as it was; nested values as a whole. */
export function difference(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
): { before: Record<string, unknown>; after: Record<string, unknown> } {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => !isSame(before[name], after[name]),
  );
  const only = (from: Record<string, unknown>) =>
    Object.fromEntries(names.filter((name) => from[name] !== undefined).map((name) => [name, from[name]]));
  return { before: only(before), after: only(after) };
}

/** Whether two values of items are the same; maps have no order. */
export function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(ordered(one)) === JSON.stringify(ordered(other));
}

/** The same value with its names in the order of the alphabet, since DynamoDB keeps none. */
export function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, each]) => [name, ordered(each)]));
}
