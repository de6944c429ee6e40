import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, test } from 'vitest';
import { difference } from '../../functions/domain/audit.ts';
import { actingAs } from '../../functions/shared/actor.ts';
import { attributed } from '../../functions/store/attribution.ts';
import { AuditedRecord } from '../../functions/store/audit-record.ts';

const booking = {
  pk: 'USER#u1',
  sk: 'BOOKING#bkg_1',
  gsi1pk: 'EVENT#evt_1#BOOKINGS#0',
  bookingId: 'bkg_1',
  eventId: 'evt_1',
  userId: 'u1',
  status: 'HELD',
  quantity: 2,
  partition: 0,
  idempotencyKey: 'ada@example.com',
  updatedAt: '2027-01-01T00:00:00.000Z',
  changedBy: 'user:u1',
};
const later = { ...booking, status: 'EXPIRED', updatedAt: '2027-01-01T00:10:00.000Z', changedBy: 'system:hold-expiry' };
const record = (before: object | undefined, after: object | undefined) =>
  AuditedRecord.parse({
    eventID: 'e',
    eventName: 'MODIFY',
    dynamodb: {
      SequenceNumber: '42',
      ApproximateCreationDateTime: 1_800_000_000,
      ...(before && { OldImage: marshall(before) }),
      ...(after && { NewImage: marshall(after) }),
    },
  });
const table = { TableName: 'table' };

describe('an item that is written', () => {
  const put = (item: Record<string, unknown>) => attributed({ Put: { ...table, Item: item } }).Put?.Item;

  test('says who changed it, and nobody who changed it before', () => {
    const actor = { kind: 'worker', id: 'cancel-event' } as const;
    expect(actingAs(actor, () => put(booking))).toEqual({ ...booking, changedBy: 'worker:cancel-event' });
    const { changedBy: _by, ...unsigned } = booking;
    expect(put(booking)).toEqual(unsigned);
  });

  test('says so also where only some of it is changed', () => {
    const Update = {
      ...table,
      Key: { pk: 'EVENT#e#TIER#t', sk: 'WAITLIST#000000000001' },
      UpdateExpression: 'SET #status = :status',
      ExpressionAttributeValues: { ':status': 'LEFT' },
    };
    const actor = { kind: 'user', id: 'u1' } as const;
    expect(actingAs(actor, () => attributed({ Update })).Update).toMatchObject({
      UpdateExpression: 'SET changedBy = :changedBy, #status = :status',
      ExpressionAttributeValues: { ':status': 'LEFT', ':changedBy': 'user:u1' },
    });
  });

  test.each([
    [{ pk: 'USER#u1', sk: 'PROFILE' }],
    [{ pk: 'USER#u1', sk: 'WAITLIST#evt_1#standard' }],
    [{ pk: 'USER#u1', sk: 'EVENT#evt_1' }],
    [{ pk: 'EVENT#e#TIER#t#SHARD#00', sk: 'INVENTORY' }],
  ])('without an audit trail stays as it is: %o', (item) => {
    expect(actingAs({ kind: 'user', id: 'u1' }, () => put(item))).toEqual(item);
  });
});

describe('an entry', () => {
  test('tells what changed, before and after, and who it was', () => {
    expect(record(booking, later)).toEqual({
      sequence: '42',
      partition: 0,
      entry: {
        at: later.updatedAt,
        entity: 'bkg_1',
        kind: 'booking',
        change: 'changed',
        by: { kind: 'system', id: 'hold-expiry' },
        eventId: 'evt_1',
        userId: 'u1',
        before: { status: 'HELD', updatedAt: booking.updatedAt },
        after: { status: 'EXPIRED', updatedAt: later.updatedAt },
      },
    });
  });

  test('has neither keys nor what a person may have typed into a header', () => {
    expect(record(undefined, booking).entry).toMatchObject({ change: 'created', after: { status: 'HELD' } });
    expect(JSON.stringify(record(undefined, booking))).not.toMatch(/USER#|gsi1|example\.com|changedBy/);
  });

  test('is nobody’s where an old signature stands on a change past the service', () => {
    expect(record(booking, { ...booking, quantity: 3 }).entry.by).toBeUndefined();
    expect(record(booking, undefined).entry).toMatchObject({ change: 'removed', at: '2027-01-15T08:00:00.000Z' });
    expect(record(booking, undefined).entry.by).toBeUndefined();
  });

  test('is not made of an item without a trail', () => {
    expect(() => record(undefined, { pk: 'USER#u1', sk: 'PROFILE' })).toThrow(/no audit trail/);
  });
});

test('a difference holds whole values, in whatever order their parts are', () => {
  const before = { same: { a: 1, b: [2] }, gone: 1, other: { a: 1 } };
  const after = { same: { b: [2], a: 1 }, made: 2, other: { a: 2 } };
  expect(difference(before, after)).toEqual({
    before: { gone: 1, other: { a: 1 } },
    after: { made: 2, other: { a: 2 } },
  });
});
