import { limits } from '../../functions/domain/limits.ts';
import * as keys from '../../functions/store/keys.ts';
import type { TierEntry } from './check-event.ts';
import type { Verdicts } from './findings.ts';
import { type Item, integer, keyOf, keyText, kindOf } from './items.ts';

/** What people's places and bookings say of a tier's waitlist. */
export interface Waits {
  /** Places that wait, and a sum that tells which. */
  places: number;
  placeSum: number;
  /** Bookings that came off the waitlist. */
  promoted: number;
}
export const noWaits = (): Waits => ({ places: 0, placeSum: 0, promoted: 0 });

/** What is kept of a waitlist after its partition was read. */
export interface Line extends Waits {
  list?: Item;
  waiting: number;
  /** The fewest seats that somebody waits for. */
  smallest: number;
  entries: number;
}

const statuses: readonly unknown[] = ['WAITING', 'PROMOTED', 'LEFT', 'CLOSED'];

/** A number for who has a place where: the same for the entry and for the person's place, and it can be added up. */
export const placeNumber = (item: Item): number => integer(item, 'seq') * 101 + integer(item, 'quantity');

/** Checks one tier's waitlist: it stands in one partition. */
export function checkLine(items: readonly Item[], verdict: Verdicts): Line {
  const of = (kind: string) => items.filter((item) => kindOf(item) === kind);
  const [list] = of('waitlist');
  const entries = of('waitlist entry');
  for (const entry of entries) checkEntry(entry, verdict);
  const waiting = entries.filter(({ status }) => status === 'WAITING');
  checkOrder(waiting, of('waiting'), verdict);
  checkCounts(list, entries, verdict);
  return {
    ...(list && { list }),
    waiting: waiting.length,
    smallest: waiting.reduce((least, entry) => Math.min(least, integer(entry, 'quantity')), Number.POSITIVE_INFINITY),
    entries: entries.length,
    places: waiting.length,
    placeSum: waiting.reduce((sum, entry) => sum + placeNumber(entry), 0),
    promoted: entries.filter(({ status }) => status === 'PROMOTED').length,
  };
}

function checkEntry(entry: Item, verdict: Verdicts): void {
  const key = keyOf(entry);
  const wanted = keys.waitlistEntryKey(String(entry.eventId), String(entry.tierId), integer(entry, 'seq'));
  const expect = (holds: boolean, message: string) => verdict('waitlist entry', holds, key, () => message);
  expect(keyText(wanted) === keyText(key), `it is the entry ${keyText(wanted)}`);
  expect(statuses.includes(entry.status), `its status is ${entry.status}`);
  expect(integer(entry, 'quantity') > 0, `its quantity is ${entry.quantity}`);
  const isPromoted = entry.status === 'PROMOTED';
  expect(isPromoted === (entry.bookingId !== undefined), `it is ${entry.status}, and its booking ${entry.bookingId}`);
}

function checkOrder(waiting: readonly Item[], line: readonly Item[], verdict: Verdicts): void {
  const placeOf = (item: Item) =>
    keyText(
      keys.waitingKey(String(item.eventId), String(item.tierId), integer(item, 'quantity'), integer(item, 'seq')),
    );
  const inLine = new Map(line.map((item) => [keyText(keyOf(item)), item]));
  for (const entry of waiting) {
    const item = inLine.get(placeOf(entry));
    const isSame = item?.userId === entry.userId && item?.counted === entry.counted;
    verdict('waitlist line', isSame, keyOf(entry), () => 'it waits, and does not stand in line as it is');
    inLine.delete(placeOf(entry));
  }
  for (const item of inLine.values()) {
    verdict('waitlist line', false, keyOf(item), () => 'it stands in line, and no entry waits there');
  }
}

function checkCounts(list: Item | undefined, entries: readonly Item[], verdict: Verdicts): void {
  const [first] = entries;
  if (!list) {
    if (first) verdict('waitlist count', false, keyOf(first), () => 'its tier has no waitlist');
    return;
  }
  const wanted = new Map<string, number>([['waiting', 0]]);
  for (const entry of entries.filter(({ status }) => status === 'WAITING')) {
    const block = Math.floor(integer(entry, 'seq') / limits.waitlistBlockEntries);
    for (const name of ['waiting', `waiting#${entry.quantity}`, `block#${block}`]) {
      wanted.set(name, (wanted.get(name) ?? 0) + 1);
    }
  }
  const counted = Object.keys(list).filter((name) => /^(?:waiting|block)#/.test(name));
  for (const name of new Set([...wanted.keys(), ...counted])) {
    const count = wanted.get(name) ?? 0;
    verdict('waitlist count', integer(list, name) === count, keyOf(list), () => {
      return `${name} is ${list[name]}, its entries make ${count}`;
    });
  }
  const last = entries.reduce((seq, entry) => Math.max(seq, integer(entry, 'seq')), 0);
  verdict('waitlist count', integer(list, 'nextSeq') > last, keyOf(list), () => {
    return `its next entry is ${list.nextSeq}, and there is ${last} already`;
  });
}

/** Checks the waitlist of a tier against its shards, places and bookings. */
export function checkWaits(event: Item, tier: Item, { shards, line, waits }: TierEntry, verdict: Verdicts): void {
  const name = keys.tierKey(String(event.eventId), String(tier.tierId));
  const waiting = line?.waiting ?? 0;
  for (const shard of shards.values()) {
    verdict(
      'who waits',
      shard.waiting === waiting > 0,
      keyOf(shard),
      () => `waiting is ${shard.waiting}, ${waiting} wait`,
    );
  }
  const isWhole = waits.places === waiting && waits.placeSum === (line?.placeSum ?? 0);
  verdict('waitlist place', isWhole, name, () => `${waits.places} places wait and ${waiting} entries, or others`);
  const promoted = line?.promoted ?? 0;
  verdict('promotions', waits.promoted === promoted, name, () => {
    return `${promoted} entries were promoted, ${waits.promoted} bookings came of it`;
  });
  const isOpen = event.status === 'PUBLISHED' && String(tier.saleClosesAt ?? event.startsAt) > new Date().toISOString();
  const available = [...shards.values()].reduce((sum, shard) => sum + integer(shard, 'available'), 0);
  const fits = isOpen && line !== undefined && line.smallest <= available;
  verdict('in order', !fits, name, () => `${available} seats are free, and somebody waits for ${line?.smallest}`);
}
