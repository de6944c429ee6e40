import { InternalServerError, ProvisionedThroughputExceededException } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, GetCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { documents } from '../../functions/store/client.ts';
import { getItem, getItems } from '../../functions/store/read.ts';

const table = mockClient(documents);
const key = { pk: 'USER#1', sk: 'PROFILE' };
const fault = new InternalServerError({ message: 'later', $metadata: { httpStatusCode: 500 } });
const throttle = new ProvisionedThroughputExceededException({ message: 'slowly', $metadata: { httpStatusCode: 400 } });

beforeEach(() => {
  table.reset();
  vi.stubEnv('TABLE_NAME', 'evently');
});

describe('a read', () => {
  test('is tried again after faults that pass', async () => {
    table.on(GetCommand).rejectsOnce(fault).rejectsOnce(throttle).rejectsOnce(fault).resolves({ Item: key });
    expect(await getItem(key)).toEqual(key);
  });

  test('asks again for the keys that were left out, and for them alone', async () => {
    const other = { pk: 'USER#2', sk: 'PROFILE' };
    table
      .on(BatchGetCommand)
      .resolvesOnce({ Responses: { evently: [key] }, UnprocessedKeys: { evently: { Keys: [other] } } })
      .rejectsOnce(throttle)
      .resolves({ Responses: { evently: [other] } });
    expect(await getItems([key, other])).toEqual([key, other]);
    expect(table.commandCalls(BatchGetCommand).at(-1)?.args[0].input.RequestItems?.evently?.Keys).toEqual([other]);
  });

  test('is "busy" where the database does not serve it for two seconds', async () => {
    table.on(GetCommand).rejects(throttle);
    const startedAt = performance.now();
    await expect(getItem(key)).rejects.toThrow(expect.objectContaining({ code: 'busy' }));
    expect(performance.now() - startedAt).toBeGreaterThan(1_500);
    expect(table.commandCalls(GetCommand).length).toBeLessThan(40);
  });

  test('fails at once with a fault that no retry can mend', async () => {
    table.on(GetCommand).rejects(new TypeError('a mistake'));
    await expect(getItem(key)).rejects.toThrow('a mistake');
    expect(table.commandCalls(GetCommand)).toHaveLength(1);
  });
});
