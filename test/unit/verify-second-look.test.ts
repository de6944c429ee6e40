import { expect, test } from 'vitest';
import type { Item } from '../../bench/verify/items.ts';
import { createLedger } from '../../bench/verify/ledger.ts';
import { type Reader, secondLook } from '../../bench/verify/second-look.ts';
import * as keys from '../../functions/store/keys.ts';
import { shard, storedEvent } from '../support/factories.ts';

/** An event without bookings, so that every seat is available. */
function table(): { event: Item; shards: Item[]; all: Item[] } {
  const stored = storedEvent();
  const event: Item = {
    ...keys.eventKey(stored.eventId),
    gsi1pk: keys.publishedEvents,
    gsi1sk: keys.publishedEventSort(stored),
    ...stored,
  };
  const shards = Array.from({ length: 5 }, (_, number) => ({
    ...keys.shardKey(stored.eventId, 'standard', number),
    ...shard({ shard: number, tierKey: keys.tierKey(stored.eventId, 'standard'), saleClosesAt: stored.startsAt }),
  }));
  const owned = {
    ...keys.ownedEventKey(stored.organizerId, stored.eventId),
    gsi1pk: keys.allEvents,
    gsi1sk: stored.eventId,
    organizerId: stored.organizerId,
  };
  return { event, shards, all: [event, owned, ...shards] };
}

const readerOf = (items: Item[]): Reader => ({
  getItems: async (wanted) => items.filter((item) => wanted.some(({ pk, sk }) => item.pk === pk && item.sk === sk)),
  queryPartition: async (pk) => items.filter((item) => item.pk === pk),
  queryIndex: async (gsi1pk) => items.filter((item) => item.gsi1pk === gsi1pk),
});

/** Statistics are left out: they have none here. */
function findingsOf(items: Item[]) {
  const ledger = createLedger();
  for (const item of items) ledger.add(item);
  return ledger.close().findings.filter(({ subject }) => subject.kind !== 'statistics');
}

test('drops what the table no longer shows', async () => {
  const { all } = table();
  const seen = structuredClone(all);
  Object.assign(seen.at(-1) as Item, { available: 99 });
  const findings = findingsOf(seen);
  expect(findings.map(({ rule }) => rule)).toEqual(['shard balance']);
  expect(await secondLook(findings, readerOf(all))).toEqual([]);
});

test('keeps what still holds, with what is true now', async () => {
  const { all, shards } = table();
  const seen = structuredClone(all);
  Object.assign(seen.at(-1) as Item, { available: 99 });
  Object.assign(shards[4] as Item, { available: 98 });
  const [finding, ...others] = await secondLook(findingsOf(seen), readerOf(all));
  expect(others).toEqual([]);
  expect(finding?.message).toContain('available 98');
});

test('keeps shards whose event is missing', async () => {
  const { shards } = table();
  const findings = await secondLook(findingsOf(shards), readerOf(shards));
  expect(findings.map(({ rule }) => rule)).toContain('no orphans');
});

test("reads a person's whole partition again", async () => {
  const count = { ...keys.purchasesKey('ada', 'evt_1'), 'tickets#standard': 2 };
  const findings = findingsOf([count]);
  expect(await secondLook(findings, readerOf([count]))).toEqual(findings);
  expect(await secondLook(findings, readerOf([{ ...count, 'tickets#standard': 0 }]))).toEqual([]);
});

test('keeps what it finds about statistics, which only a whole reading can judge', async () => {
  const { all } = table();
  const ledger = createLedger();
  for (const item of all) ledger.add(item);
  const findings = ledger.close().findings;
  expect(findings.map(({ rule }) => rule)).toContain('seen shard');
  expect(await secondLook(findings, readerOf(all))).toEqual(findings);
});
