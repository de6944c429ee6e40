import { BatchGetCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { viewEvent, viewEvents } from '../../functions/store/availability-store.ts';
import { tierKey } from '../../functions/store/keys.ts';
import { shard, storedEvent } from '../support/factories.ts';

vi.stubEnv('TABLE_NAME', 'evently-test');
vi.stubEnv('AWS_REGION', 'eu-central-1');
const database = mockClient(DynamoDBDocumentClient);
beforeEach(() => {
  database.reset();
  vi.useRealTimers();
});

/** Every shard that is asked for has `available` seats. */
function stockEach(available: number) {
  database.on(BatchGetCommand).callsFake(({ RequestItems }) => ({
    Responses: {
      'evently-test': RequestItems['evently-test'].Keys.map(({ pk }: { pk: string }) => {
        const [, eventId = '', , tierId = '', , number = '0'] = pk.split('#');
        return shard({ shard: Number(number), tierKey: tierKey(eventId, tierId), available });
      }),
    },
  }));
}
const calls = () => database.commandCalls(BatchGetCommand).length;
const available = (views: { tiers: { available: number }[] }[]) => views.map(({ tiers }) => tiers[0]?.available);

describe('what is available', () => {
  it('is read for a whole page at once, a hundred shards a call', async () => {
    stockEach(3);
    const events = Array.from({ length: 20 }, () => storedEvent());
    expect(available(await viewEvents(events))).toEqual(Array(20).fill(15));
    expect(calls()).toBe(1);
  });

  it('is remembered for a second, and read once for those who ask at the same time', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    stockEach(3);
    const event = storedEvent();
    await Promise.all([viewEvent(event), viewEvent(event)]);
    vi.advanceTimersByTime(999);
    stockEach(1);
    expect(available([await viewEvent(event)])).toEqual([15]);
    expect(calls()).toBe(1);
    vi.advanceTimersByTime(1);
    expect(available([await viewEvent(event)])).toEqual([5]);
  });

  it('is mixed from memory and database in the order of the page', async () => {
    stockEach(3);
    const [first, second, third] = [storedEvent(), storedEvent(), storedEvent()];
    await viewEvent(second);
    stockEach(1);
    expect(available(await viewEvents([first, second, third]))).toEqual([5, 15, 5]);
  });

  it('is read again after a reading that failed', async () => {
    const event = storedEvent();
    database.on(BatchGetCommand).rejectsOnce(new Error('no network'));
    await expect(viewEvent(event)).rejects.toThrow('no network');
    stockEach(2);
    expect(available([await viewEvent(event)])).toEqual([10]);
  });
});
