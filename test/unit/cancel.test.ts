import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Booking } from '../../functions/domain/booking.ts';
import { cancelBooking } from '../../functions/store/booking-changes.ts';

vi.stubEnv('TABLE_NAME', 'evently-test');
vi.stubEnv('AWS_REGION', 'eu-central-1');
const database = mockClient(DynamoDBDocumentClient);
beforeEach(() => {
  database.reset();
});

const booking: Booking = {
  bookingId: 'bkg_1',
  userId: 'buyer-1',
  eventId: 'evt_1',
  eventName: 'Jazz',
  tierId: 'standard',
  quantity: 3,
  unitPrice: 100,
  total: 300,
  currency: 'EUR',
  status: 'CONFIRMED',
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  draws: [
    { shard: 2, quantity: 2 },
    { shard: 5, quantity: 1 },
  ],
  partition: 0,
  counted: true,
  wasHeld: false,
  confirmedAt: '2026-01-01T00:00:00.000Z',
};
const remainingMs = () => 5_000;
const cancel = () => cancelBooking('buyer-1', 'bkg_1', remainingMs);

function cancelled(codes: { Code: string; Item?: object }[]) {
  return new TransactionCanceledException({
    message: 'Transaction cancelled',
    $metadata: {},
    CancellationReasons: codes.map(({ Code, Item }) => ({ Code, ...(Item && { Item: marshall(Item) }) })),
  });
}

describe('a cancellation', () => {
  it('gives back every counter that the booking took, in one transaction', async () => {
    database.on(GetCommand).resolves({ Item: booking });
    database.on(TransactWriteCommand).resolves({});
    expect(await cancel()).toMatchObject({ status: 'CANCELLED' });
    const [call] = database.commandCalls(TransactWriteCommand);
    const [put, ...updates] = call?.args[0].input.TransactItems ?? [];
    expect(put?.Put?.Item).toMatchObject({ bookingId: 'bkg_1', status: 'CANCELLED' });
    expect(updates.map((item) => item.Update?.ExpressionAttributeValues)).toMatchObject([
      { ':less': -3 },
      { ':quantity': 2, ':cancelled': 2, ':revenue': -200 },
      { ':quantity': 1, ':cancelled': 1, ':revenue': -100 },
    ]);
  });

  it('of a cancelled booking writes nothing and answers the same', async () => {
    database.on(GetCommand).resolves({ Item: { ...booking, status: 'CANCELLED' } });
    expect(await cancel()).toMatchObject({ status: 'CANCELLED' });
    expect(database.commandCalls(TransactWriteCommand)).toHaveLength(0);
  });

  it('that another one overtook gives the seats back once', async () => {
    const other = { ...booking, status: 'CANCELLED', updatedAt: '2026-01-02T00:00:00.000Z' };
    database.on(GetCommand).resolves({ Item: booking });
    const none = { Code: 'None' };
    database
      .on(TransactWriteCommand)
      .rejectsOnce(cancelled([{ Code: 'TransactionConflict' }, none, none, none]))
      .rejectsOnce(cancelled([{ Code: 'ConditionalCheckFailed', Item: other }, none, none, none]));
    expect(await cancel()).toMatchObject({ status: 'CANCELLED', updatedAt: other.updatedAt });
  });

  it('of a booking that is missing or belongs to somebody else is not found', async () => {
    database.on(GetCommand).resolves({});
    await expect(cancel()).rejects.toThrow(expect.objectContaining({ code: 'not-found' }));
  });
});
