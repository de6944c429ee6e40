import { randomInt } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { ulid } from 'ulid';
import { type Booking, bookingView } from '../../functions/domain/booking.ts';
import type { Event, Tier } from '../../functions/domain/event.ts';
import { ratePolicy } from '../../functions/shared/rate-policies.ts';
import { checkAccess } from '../../functions/store/access-store.ts';
import { putBooking } from '../../functions/store/booking-store.ts';
import { getEvent } from '../../functions/store/event-store.ts';
import { keepAnswer } from '../../functions/store/idempotency-store.ts';
import { takeSeats } from '../../functions/store/inventory-store.ts';
import { countWithAccess } from '../../functions/store/rate-access.ts';
import { countAt } from '../../functions/store/rate-counts.ts';

/** Few people stand for a crowd. */
const unlimited = { ...ratePolicy('bookings'), quota: 1_000_000 };

export interface RawWriter {
  /** Writes one booking as the service does, and nothing else. */
  write(): Promise<void>;
}

/**
 * The four actions of a booking with a key, straight to the database.
 *
 * @param client of a database with the event; the environment names the table.
 */
export async function createRawWriter(eventId: string, client: DynamoDBClient): Promise<RawWriter> {
  const event = await getEvent(eventId);
  const tier = event?.tiers[0];
  if (!event || !tier) throw new Error(`there is no event ${eventId}`);
  const documents = DynamoDBDocumentClient.from(client);
  return {
    write: async () => {
      const booking = newBooking(event, tier);
      const { userId: callerId, draws, createdAt } = booking;
      const [draw] = draws;
      if (!draw) throw new Error('a booking draws from a shard');
      const nowMs = Date.now();
      const access = checkAccess({ userId: callerId, loginId: 'bench', authTime: Math.floor(nowMs / 1_000) });
      const request = { eventId, tierId: tier.tierId, quantity: 1 };
      const actions = [
        keepAnswer(
          { callerId, operationId: 'createBooking', key: ulid(), request },
          bookingView(booking, createdAt),
          nowMs,
        ),
        countWithAccess(access, countAt(unlimited, nowMs)),
        putBooking(booking),
        takeSeats({ eventId, tierId: tier.tierId }, { draw, tier, to: 'sold', isFirst: true }, createdAt),
      ];
      await documents.send(new TransactWriteCommand({ TransactItems: actions.map(({ item }) => item) }));
    },
  };
}

function newBooking(event: Event, tier: Tier): Booking {
  const now = new Date().toISOString();
  return {
    bookingId: `bkg_${ulid()}`,
    eventId: event.eventId,
    eventName: event.name,
    tierId: tier.tierId,
    quantity: 1,
    unitPrice: tier.price,
    total: tier.price,
    currency: tier.currency,
    status: 'CONFIRMED',
    createdAt: now,
    updatedAt: now,
    userId: `bench-${randomInt(50)}`,
    draws: [{ shard: randomInt(tier.shards), quantity: 1 }],
    partition: randomInt(event.bookingPartitions),
    counted: false,
    wasHeld: false,
    confirmedAt: now,
  };
}
