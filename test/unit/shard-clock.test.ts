import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { ulid } from 'ulid';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { book } from '../../functions/store/book.ts';
import { eventKey } from '../../functions/store/keys.ts';
import { catchUp, clockMs } from '../../functions/store/shard-clock.ts';
import { shard, storedEvent } from '../support/factories.ts';

vi.stubEnv('TABLE_NAME', 'evently-test');
vi.stubEnv('AWS_REGION', 'eu-central-1');
const database = mockClient(DynamoDBDocumentClient);
beforeEach(() => {
  database.reset();
});

const dayAfter = (days: number) => new Date(Date.now() + days * 24 * 60 * 60 * 1_000).toISOString().slice(0, 10);

describe('the clock of an instance', () => {
  it('is that of the machine until a shard was ahead of it', () => {
    expect(Math.abs(clockMs() - Date.now())).toBeLessThan(50);
    const now = new Date().toISOString();
    expect(
      catchUp(new Map([['shard:a:0', shard({ day: dayAfter(0) }) as object as Record<string, unknown>]]), now),
    ).toBe(false);
    expect(catchUp(new Map([['booking', undefined]]), now)).toBe(false);
    expect(Math.abs(clockMs() - Date.now())).toBeLessThan(50);
  });

  it('catches up with a shard that has begun the next day, and the booking is made on that day', async () => {
    const event = storedEvent();
    const tomorrow = dayAfter(1);
    database.on(GetCommand).resolves({ Item: { ...eventKey(event.eventId), ...event } });
    database.on(TransactWriteCommand).callsFakeOnce(({ TransactItems = [] }) => {
      throw new TransactionCanceledException({
        message: 'Transaction cancelled',
        $metadata: {},
        CancellationReasons: TransactItems.map(({ Update: update }: { Update?: object }) =>
          update ? { Code: 'ConditionalCheckFailed', Item: marshall(shard({ day: tomorrow })) } : { Code: 'None' },
        ),
      });
    });
    const order = { bookingId: `bkg_${ulid()}`, userId: 'ada', eventId: event.eventId, quantity: 1 };
    const { booking } = await book({ ...order, remainingMs: () => 1_000 });
    expect(booking.createdAt).toBe(`${tomorrow}T00:00:00.000Z`);
    const [first, second] = database.commandCalls(TransactWriteCommand).map((call) => call.args[0].input.TransactItems);
    const dayOf = (items = first) => items?.find(({ Update }) => Update)?.Update?.ExpressionAttributeValues?.[':day'];
    expect([dayOf(), dayOf(second)]).toEqual([dayAfter(0), tomorrow]);
    // Without reading the shards, which would cost a call.
    expect(database.calls()).toHaveLength(3);
  });
});
