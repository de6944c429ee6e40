import { splitEvenly } from '../../functions/domain/inventory.ts';
import type { Random } from '../../test/support/faulty-dynamodb/types.ts';
import { bookingUnits, type Limit, type Model } from './model.ts';
import type { Seats } from './scheme.ts';
import { createTokenBucket } from './token-bucket.ts';

/** What a transaction that takes a ticket from a shard meets. `until`: when its answer comes, and the shard is free. */
export type Verdict = 'sold' | 'empty' | Extract<Limit, 'conflict' | 'shard' | 'index' | 'table'>;

export interface Table {
  /** One transaction at a time on a shard. */
  book(shard: number, now: number): Verdict;
  /** Whether there are units to read that many items. */
  read(items: number, now: number): boolean;
  /** What a reading of all shards finds. */
  seats(): readonly Seats[];
  /** Changes with every ticket sold. */
  version(): number;
  consumed(): { writeUnits: number; readUnits: number };
}

/** Shards that sell, conflict and throttle as the database does. */
export function createTable({ tickets, shards, bookingPartitions, table }: Model, random: Random): Table {
  const available = Int32Array.from(splitEvenly(tickets, shards));
  const busyUntil = new Float64Array(shards);
  const writes = createTokenBucket(table.writes);
  const reads = createTokenBucket(table.reads);
  const partition = () => createTokenBucket(table.partitionWrites);
  const shardWrites = Array.from({ length: shards }, partition);
  const indexWrites = Array.from({ length: bookingPartitions }, partition);
  const total = bookingUnits.table + bookingUnits.index;
  const seatsNow = () => Array.from(available, (left, shard): Seats => ({ shard, available: left }));
  let seats = seatsNow();
  let sold = 0;
  let seatsAt = sold;
  let writeUnits = 0;
  let readUnits = 0;

  /** The table's own quota comes first; what it refuses, or a partition, consumes nothing. */
  function book(shard: number, now: number): Verdict {
    const isBusy = (busyUntil[shard] ?? 0) > now;
    if (!writes.has(isBusy ? bookingUnits.table : total, now)) return 'table';
    if (!shardWrites[shard]?.has(bookingUnits.shard, now)) return 'shard';
    if (isBusy) {
      if (table.conflictsConsume) consume(shard, bookingUnits.table);
      return 'conflict';
    }
    const index = indexWrites[Math.floor(random() * bookingPartitions)];
    if (!index?.has(bookingUnits.index, now)) return 'index';
    busyUntil[shard] = now + table.conflictWindowMs;
    const left = available[shard] ?? 0;
    consume(shard, left > 0 ? total : bookingUnits.table);
    if (left === 0) return 'empty';
    index.take(bookingUnits.index);
    available[shard] = left - 1;
    sold += 1;
    return 'sold';
  }

  function consume(shard: number, units: number): void {
    writes.take(units);
    shardWrites[shard]?.take(bookingUnits.shard);
    writeUnits += units;
  }

  return {
    book,
    read(items, now) {
      if (!reads.has(items, now)) return false;
      reads.take(items);
      readUnits += items;
      return true;
    },
    seats() {
      if (seatsAt !== sold) seats = seatsNow();
      seatsAt = sold;
      return seats;
    },
    version: () => sold,
    consumed: () => ({ writeUnits, readUnits }),
  };
}
