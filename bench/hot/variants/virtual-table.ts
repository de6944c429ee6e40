import { type Shard, splitEvenly } from '../../../functions/domain/inventory.ts';
import { bookingUnits } from '../../simulate/model.ts';
import { createTokenBucket } from '../../simulate/token-bucket.ts';

export interface TableSettings {
  readonly capacity: number;
  readonly shards: number;
  readonly windowMs: number;
  /** Write units a second of the whole table. */
  readonly writeUnits: number;
}

/** `took` as long as the conflict window: sold or empty. The others are answered at once. */
export type Verdict = 'sold' | 'empty' | 'conflict' | 'throttled';

/** Of a booking with a key, and of one that is cancelled by a conflict. */
const units = { booking: bookingUnits.table + bookingUnits.index, cancelled: bookingUnits.table };

/** The shards of one tier in virtual time. */
export function createVirtualTable({ capacity, shards, windowMs, writeUnits }: TableSettings) {
  const available = splitEvenly(capacity, shards);
  const busyUntil = new Float64Array(shards);
  const writes = createTokenBucket({ perSecond: writeUnits, burst: writeUnits });
  return {
    book(shard: number, now: number): Verdict {
      if ((busyUntil[shard] ?? 0) > now) {
        writes.take(units.cancelled);
        return 'conflict';
      }
      if (!writes.has(units.booking, now)) return 'throttled';
      writes.take(units.booking);
      busyUntil[shard] = now + windowMs;
      const left = available[shard] ?? 0;
      if (left === 0) return 'empty';
      available[shard] = left - 1;
      return 'sold';
    },
    read: (): Pick<Shard, 'shard' | 'available'>[] => available.map((seats, shard) => ({ shard, available: seats })),
  };
}
