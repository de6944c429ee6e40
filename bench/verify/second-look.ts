import * as keys from '../../functions/store/keys.ts';
import type { Finding, Subject } from './findings.ts';
import { type Item, integer, keyOf, keyText, kindOf, list } from './items.ts';
import { createLedger } from './ledger.ts';

/** Consistent reads, but for the index, which knows none. */
export interface Reader {
  getItems(keys: readonly keys.Key[]): Promise<Item[]>;
  queryPartition(pk: string): Promise<Item[]>;
  queryIndex(gsi1pk: string): Promise<Item[]>;
}

/**
 * A scan is no snapshot: it may see a booking before, and its shard after a change. So the items behind each finding
 * are read once more, close together, and what they no longer show is dropped. Findings about statistics are kept.
 */
export async function secondLook(findings: readonly Finding[], reader: Reader): Promise<Finding[]> {
  const bySubject = Map.groupBy(findings, ({ subject }) => subjectText(subject));
  const confirmed: Finding[] = [];
  for (const group of bySubject.values()) {
    // Only a whole reading tells whether statistics are right: see verify-table.ts.
    if (group[0]?.subject.kind === 'statistics') {
      confirmed.push(...group);
      continue;
    }
    const ledger = createLedger();
    for (const item of await itemsOf(group, reader)) ledger.add(item);
    const wanted = new Set(group.map(identity));
    confirmed.push(...ledger.close().findings.filter((finding) => wanted.has(identity(finding))));
  }
  return confirmed;
}

function subjectText(subject: Subject): string {
  if (subject.kind === 'statistics') return 'STATS';
  return subject.kind === 'event' ? `EVENT#${subject.eventId}` : subject.pk;
}
const identity = ({ rule, where, subject }: Finding): string => [rule, where, subjectText(subject)].join('\n');

async function itemsOf(findings: readonly Finding[], reader: Reader): Promise<Item[]> {
  const [first] = findings;
  if (!first) return [];
  if (first.subject.kind === 'statistics') return [];
  if (first.subject.kind === 'person') return reader.queryPartition(first.subject.pk);
  const { eventId } = first.subject;
  const [event] = await reader.getItems([keys.eventKey(eventId)]);
  const shards = list(event, 'tiers').flatMap((tier) =>
    Array.from({ length: integer(tier, 'shards') || 0 }, (_, n) => keys.shardKey(eventId, String(tier.tierId), n)),
  );
  const owned = event ? [keys.ownedEventKey(String(event.organizerId), eventId)] : [];
  const named = findings.flatMap((finding) => finding.keys);
  const wanted = new Map([...owned, ...shards, ...named].map((key) => [keyText(key), key]));
  wanted.delete(keyText(keys.eventKey(eventId)));
  const partitions = integer(event, 'bookingPartitions') || 0;
  // Bookings first: the shards are then the later view, as they are for whoever books meanwhile.
  const places = Array.from({ length: partitions }, (_, n) => [
    keys.eventBookings(eventId, n),
    keys.eventHolds(eventId, n),
  ]).flat();
  const bookings = (await Promise.all(places.map((place) => reader.queryIndex(place)))).flat();
  const tierIds = list(event, 'tiers').map((tier) => String(tier.tierId));
  const lines = (
    await Promise.all(tierIds.map((tierId) => reader.queryPartition(keys.tierKey(eventId, tierId))))
  ).flat();
  for (const { userId, tierId, status } of lines.filter((item) => kindOf(item) === 'waitlist entry')) {
    const key = keys.waitlistPlaceKey(String(userId), eventId, String(tierId));
    if (status === 'WAITING') wanted.set(keyText(key), key);
  }
  const others = await reader.getItems([...wanted.values()]);
  const all = [...(event ? [event] : []), ...bookings, ...lines, ...others];
  return [...new Map(all.map((item) => [keyText(keyOf(item)), item])).values()];
}
