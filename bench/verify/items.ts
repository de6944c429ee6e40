import type { Key } from '../../functions/store/keys.ts';

/** An item as it was read. Nothing is taken for granted: a damaged one must be found, not trip over. */
export type Item = Record<string, unknown>;

const kinds = {
  event: [/^EVENT#[^#]+$/, /^EVENT$/],
  shard: [/^EVENT#[^#]+#TIER#[^#]+#SHARD#\d+$/, /^INVENTORY$/],
  waitlist: [/^EVENT#[^#]+#TIER#[^#]+$/, /^WAITLIST$/],
  'waitlist entry': [/^EVENT#[^#]+#TIER#[^#]+$/, /^WAITLIST#/],
  waiting: [/^EVENT#[^#]+#TIER#[^#]+$/, /^WAITING#/],
  place: [/^USER#/, /^WAITLIST#/],
  booking: [/^USER#/, /^BOOKING#/],
  idempotency: [/^USER#/, /^IDEMPOTENCY#/],
  purchases: [/^USER#/, /^PURCHASES#/],
  ownership: [/^USER#/, /^EVENT#/],
  profile: [/^USER#/, /^PROFILE$/],
  access: [/^USER#/, /^ACCESS$/],
  deletion: [/^USER#/, /^DELETION(?:#RUN)?$/],
  notification: [/^USER#/, /^NOTIFICATION#/],
  inbox: [/^USER#/, /^INBOX$/],
  continuation: [/^EVENT#[^#]+$/, /^(?:CANCELLATION$|ANNOUNCEMENT#)/],
  statistics: [/^STATS#(?:EVENT#[^#]+|PLATFORM)$/, /^(?:TOTAL$|DAY#)/],
  seen: [/^STATS#SEEN#/, /^SEEN$/],
  roles: [/^USER#/, /^ROLES$/],
  'deleted event': [/^EVENT#[^#]+$/, /^DELETED$/],
  'audit entry': [/^AUDIT#[^#]+$/, /^/],
  failure: [/^FAILURE#/, /^FAILURE$/],
  rate: [/^RATE#/, /^WINDOW#/],
} as const;
export type Kind = keyof typeof kinds | 'unknown';

/** Which item of docs/access-patterns.md it is, by its key. */
export function kindOf(item: Item): Kind {
  const { pk, sk } = keyOf(item);
  const found = Object.entries(kinds).find(([, [pkPattern, skPattern]]) => pkPattern.test(pk) && skPattern.test(sk));
  return (found?.[0] as Kind | undefined) ?? 'unknown';
}

export const keyOf = (item: Item): Key => ({ pk: String(item.pk), sk: String(item.sk) });
export const keyText = ({ pk, sk }: Key): string => `${pk} / ${sk}`;

/** A number of an item; NaN, which equals nothing, where it is not an integer. */
export function integer(item: Item | undefined, name: string): number {
  const value = item?.[name];
  return Number.isSafeInteger(value) ? Number(value) : Number.NaN;
}

/** The objects of a list; none where it is no list. */
export function list(item: Item | undefined, name: string): Item[] {
  const value = item?.[name];
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'object' && entry !== null) : [];
}

/** Event, tier and number in the key of a shard. */
export function shardPlace(item: Item): { eventId: string; tierId: string; shard: number } {
  const [, eventId = '', , tierId = '', , shard = ''] = String(item.pk).split('#');
  return { eventId, tierId, shard: Number(shard) };
}
