import { BatchGetCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { shardKey } from '../../functions/store/keys.ts';
import type { FaultyTable } from './faulty-table.ts';
import { type Call, startInstance } from './instances.ts';

const tierId = 'standard';

export interface HotEvent {
  readonly eventId: string;
  readonly capacity: number;
  readonly shards: number;
  /** Reads the table past the proxy. */
  seats(): Promise<Seats>;
  /** A booking, of one ticket unless said otherwise. @param number of the person @param key of its own at this event */
  booking(number: number, key?: string, quantity?: number): Call;
}

export interface Seats {
  readonly available: number;
  readonly sold: number;
  readonly emptyShards: number;
}

export type CreateEvent = (capacity: number) => Promise<HotEvent>;

/** Creates events with the administrators' function. */
export async function eventCreator({ client, tableName, functions }: FaultyTable): Promise<CreateEvent> {
  const admin = await startInstance(functions.admin);
  const documents = DynamoDBDocumentClient.from(client);
  return async (capacity) => {
    const startsAt = new Date(Date.now() + 30 * 24 * 60 * 60 * 1_000).toISOString();
    const tier = { tierId, name: 'Standard', price: 4_900, currency: 'EUR', capacity, maxPerBooking: 100 };
    const body = {
      name: 'The hot event',
      venue: { name: 'Stadium' },
      timezone: 'Europe/Berlin',
      startsAt,
      tiers: [tier],
    };
    const { status, body: created } = await admin({ routeKey: 'POST /admin/events', body });
    if (status !== 201) throw new Error(`creating the event was answered with ${status}: ${JSON.stringify(created)}`);
    const eventId = String(created.eventId);
    const shards = Math.min(64, Math.ceil(capacity / 100));
    return {
      eventId,
      capacity,
      shards,
      seats: async () => {
        const Keys = Array.from({ length: shards }, (_, shard) => shardKey(eventId, tierId, shard));
        const request = { RequestItems: { [tableName]: { Keys, ConsistentRead: true } } };
        const { Responses: found } = await documents.send(new BatchGetCommand(request));
        const items = found?.[tableName] ?? [];
        if (items.length !== shards) throw new Error(`the event has ${items.length} shards, but should have ${shards}`);
        const sum = (name: string) => items.reduce((total, item) => total + Number(item[name]), 0);
        const emptyShards = items.filter(({ available }) => available === 0).length;
        return { available: sum('available'), sold: sum('sold'), emptyShards };
      },
      booking: (number, key, quantity = 1) => ({
        routeKey: 'POST /bookings',
        userId: `person-${number}`,
        body: { eventId, tierId, quantity },
        ...(key !== undefined && { idempotencyKey: `${eventId}-${key}` }),
      }),
    };
  };
}
