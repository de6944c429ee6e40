import * as z from 'zod';
import type { ShardImage } from '../domain/statistics.ts';
import { placeOfShard } from './keys.ts';
import { imageOf, StreamRecord } from './stream-record.ts';

/** A change of a shard, as the stream tells it. */
export interface ShardChange {
  eventId: string;
  tierId: string;
  image: ShardImage;
}

const count = z.int().min(0);
const Image = z.object({
  pk: z.string(),
  status: z.string(),
  currency: z.string(),
  capacity: count,
  sold: count,
  bookings: count,
  cancelled: count,
  revenue: z.int(),
  day: z.iso.date(),
  version: count,
  createdAt: z.iso.datetime(),
});

/** A stream record of a shard: what it was left like, or was removed at. */
export const ShardRecord = StreamRecord.transform((record, context): ShardChange => {
  const removed = record.eventName === 'REMOVE';
  const { data, error } = Image.safeParse(imageOf(record, removed ? 'OldImage' : 'NewImage'));
  const place = data && placeOfShard(data.pk);
  if (!place) {
    context.addIssue({ code: 'custom', message: `is no shard: ${error?.message ?? data?.pk}` });
    return z.NEVER;
  }
  const { status, capacity, currency, day, version, createdAt } = data;
  const { bookings, sold, cancelled, revenue } = data;
  const { shard, ...tier } = place;
  return {
    ...tier,
    image: {
      shard,
      createdAt,
      version,
      removed,
      capacity: status === 'PUBLISHED' ? capacity : 0,
      currency,
      day,
      counts: { bookings, sold: sold + cancelled, cancelled, revenue },
    },
  };
});
