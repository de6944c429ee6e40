// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts of sources

import type { Replacement } from './world/code.ts';

/** A fault put into the product, and the invariant that has to notice it. */
export interface Mutation extends Replacement {
  readonly breaks: string;
  /** The rules that are there for it: it counts as found by one of them only. */
  readonly by: readonly string[];
}

const inventory = 'functions/store/inventory-store.ts';
const line = 'functions/store/waitlist-items.ts';

/** At least one for each invariant of docs/data-model.md, and one for each kind of answer that is checked. */
export const mutations: readonly Mutation[] = [
  {
    breaks: 'shard: available is never below 0',
    by: ['shard', 'shard balance'],
    file: inventory,
    find: '`${from} >= :quantity`',
    replace: "'attribute_exists(pk)'",
  },
  {
    breaks: 'shard: available + held + sold = capacity',
    by: ['shard', 'shard balance'],
    file: inventory,
    find: '`${to} = ${to} + :quantity`',
    replace: '`${to} = ${to} + :one`',
  },
  {
    breaks: 'tier: sold is what CONFIRMED bookings have, held what HELD ones have',
    by: ['tier totals'],
    file: 'functions/store/booking-changes.ts',
    find: '? releaseSeats(booking, draw, now)',
    replace: '? giveSeatsBack(booking, draw, booking.unitPrice, now)',
  },
  {
    breaks: 'tier: a booking that ends twice gives back once',
    by: ['tier totals'],
    file: 'functions/store/booking-store.ts',
    find: "ConditionExpression: '#status = :before AND updatedAt = :read'",
    replace: "ConditionExpression: '#status <> :before OR updatedAt <= :read OR attribute_exists(pk)'",
  },
  {
    breaks: 'one booking for a user and Idempotency-Key',
    by: ['one per key'],
    file: 'functions/store/idempotency-store.ts',
    find: "'attribute_not_exists(pk) OR expiresAt <= :now'",
    replace: "'attribute_not_exists(pk) OR expiresAt > :now'",
  },
  {
    breaks: 'a waitlist counts its WAITING entries',
    by: ['waitlist count'],
    file: line,
    find: "for (const name of ['waiting', ",
    replace: "for (const name of ['waiting', 'waiting', ",
  },
  {
    breaks: 'shards keep their seats while somebody waits',
    by: ['kept for the line'],
    file: 'functions/store/join-waitlist.ts',
    find: 'Array.from({ length: shards }, (_, shard) => beginWaiting',
    replace: 'Array.from({ length: shards - 1 }, (_, shard) => beginWaiting',
  },
  {
    breaks: 'the sale opens again when nobody waits',
    by: ['who waits'],
    file: 'functions/store/promote-waitlist.ts',
    find: 'if (await reopenSale(event, tier, remainingMs)) return;',
    replace: 'return;',
  },
  {
    breaks: 'nobody is promoted while an earlier one that fits waits',
    by: ['in line'],
    file: 'functions/domain/waitlist.ts',
    find: 'first.seq < next.seq',
    replace: 'first.seq > next.seq',
  },
  {
    breaks: 'seats that are free go to those in line',
    by: ['in order'],
    file: 'functions/domain/waitlist.ts',
    find: 'first.quantity <= available',
    replace: 'first.quantity < available',
  },
  {
    breaks: 'statistics are a fold over all bookings, however often messages come',
    by: ['event statistics', 'platform statistics'],
    file: 'functions/domain/statistics.ts',
    find: 'end && end.version >= version',
    replace: 'end && end.version > version + 1_000',
  },
  {
    breaks: 'statistics tell days apart',
    by: ['event statistics', 'platform statistics'],
    file: inventory,
    find: "'#day = :day',",
    replace: '',
  },
  {
    breaks: 'a purchase limit counts bookings, holds and the place in line',
    by: ['purchase count'],
    file: 'functions/store/booking-changes.ts',
    find: '(booking.counted ? [uncountPurchase(booking)] : [])',
    replace: '[]',
  },
  {
    breaks: 'a cancelled event keeps no booking',
    by: ['cancelled event'],
    file: 'functions/workers/cancel-event.ts',
    find: 'while ((await seatsTaken(event)) > 0) {',
    replace: 'while (cancelled > 0 && (await seatsTaken(event)) > 0) {',
  },
  {
    breaks: 'every step of a booking is told to its buyer',
    by: ['told'],
    file: 'functions/workers/notify.ts',
    find: 'if (news) await addNotification(notificationOn(news, userId), remainingMs);',
    replace: 'if (news && !before) await addNotification(notificationOn(news, userId), remainingMs);',
  },
  {
    breaks: 'answer: a 201 is in the table',
    by: ['answer'],
    file: 'functions/store/transact.ts',
    find: "return { kind: throttles.has(error.name) ? 'throttled' : 'unclear', error };",
    replace: "return { kind: 'committed' };",
  },
  {
    breaks: 'answer: sold out was true at some moment of the request',
    by: ['answer'],
    file: 'functions/domain/limits.ts',
    find: 'soldOutMemoryMs: 1_000,',
    replace: 'soldOutMemoryMs: 60_000,',
  },
  {
    breaks: 'answer: a conflict is not sold out',
    by: ['answer'],
    file: 'functions/domain/inventory.ts',
    find: 'return missing === 0 ? draws : undefined;',
    replace: 'return undefined;',
  },
  {
    breaks: 'a hold that is over cannot be confirmed',
    by: ['hold'],
    file: 'functions/domain/booking.ts',
    find: 'booking.holdExpiresAt <= now',
    replace: 'booking.holdExpiresAt <= `${now.slice(0, 17)}00`',
  },
  {
    breaks: 'answer: the same key has the same answer',
    by: ['one answer'],
    file: 'functions/store/idempotency-store.ts',
    find: 'return JSON.parse(String(record.body)) as Body;',
    replace: 'return { ...JSON.parse(String(record.body)), updatedAt: new Date().toISOString() } as Body;',
  },
  {
    breaks: 'answer: who asks again after a lost answer is told what was done',
    by: ['one answer'],
    file: 'functions/store/book.ts',
    find: 'if (booking) return { booking, replayed: true };',
    replace: '',
  },
  {
    breaks: 'seats that others wait for are sold to nobody else',
    by: ['kept for the line'],
    file: inventory,
    find: "['waiting = :waiting']",
    replace: "['(waiting = :waiting OR attribute_exists(pk))']",
  },
  {
    breaks: 'shard: a capacity changes with what is available',
    by: ['shard', 'shard balance'],
    file: inventory,
    find: 'available = available + :seats',
    replace: 'available = available',
  },
  {
    breaks: 'a purchase limit is not exceeded',
    by: ['limit'],
    file: 'functions/store/purchase-store.ts',
    find: "'attribute_not_exists(#tickets) OR #tickets <= :room'",
    replace: "'attribute_not_exists(#tickets) OR #tickets <= :room OR #tickets > :room'",
  },
  {
    breaks: 'nobody is promoted after the sale closed',
    by: ['sale over'],
    file: 'functions/store/waitlist-store.ts',
    find: "event.status !== 'PUBLISHED' || now >= saleClosesAt(event, tier)",
    replace: "event.status !== 'PUBLISHED'",
  },
  {
    breaks: 'nothing of a cancelled event is sold',
    by: ['sale over'],
    file: 'functions/domain/event-change.ts',
    find: 'before.tiers.map((tier) => ({ ...tier, ruleVersion: version }))',
    replace: 'before.tiers',
  },
];
