import { DescribeUserPoolCommand } from '@aws-sdk/client-cognito-identity-provider';
import { DescribeTableCommand, type TableStatus } from '@aws-sdk/client-dynamodb';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { identity } from '../../functions/shared/identity-client.ts';
import { logger } from '../../functions/shared/logger.ts';
import { queues } from '../../functions/shared/queues.ts';
import { client } from '../../functions/store/client.ts';
import { callSystem } from '../support/system-calls.ts';

const database = mockClient(client);
const pool = mockClient(identity);
const queueService = mockClient(queues);
const logged = vi.spyOn(logger, 'error').mockReturnValue();
const secret = 'arn:aws:dynamodb:eu-central-1:123456789012:table/secret';

const tableIs = (TableStatus: TableStatus) => database.on(DescribeTableCommand).resolves({ Table: { TableStatus } });

beforeEach(() => {
  vi.stubEnv('TABLE_NAME', 'the-table');
  vi.stubEnv('USER_POOL_ID', 'the-pool');
  vi.stubEnv('QUEUE_URLS', 'https://queue/one,https://queue/two');
  // An instance remembers its last answer: every test begins when that is old.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 });
  database.reset();
  pool.reset();
  queueService.reset();
  queueService.on(GetQueueAttributesCommand).resolves({});
  logged.mockClear();
  tableIs('ACTIVE');
  pool.on(DescribeUserPoolCommand).resolves({ UserPool: { Id: 'the-pool' } });
});
afterEach(() => vi.setSystemTime(Date.now() + 60_000));

test('is ready when the table, the queues and the user pool answer', async () => {
  const answer = await callSystem('GET /health/ready');
  expect([answer.status, answer.json()]).toEqual([
    200,
    { status: 'ready', parts: { table: 'ok', queues: 'ok', userPool: 'ok' } },
  ]);
  expect(database.commandCalls(DescribeTableCommand, { TableName: 'the-table' })).toHaveLength(1);
  expect(pool.commandCalls(DescribeUserPoolCommand, { UserPoolId: 'the-pool' })).toHaveLength(1);
});

test('names the table when it does not answer, and tells the reason to the log only', async () => {
  database.on(DescribeTableCommand).rejects(new Error(secret));
  const answer = await callSystem('GET /health/ready');
  expect(answer.status).toBe(503);
  expect(answer.json()).toEqual({ status: 'not-ready', parts: { table: 'failed', queues: 'ok', userPool: 'ok' } });
  expect(answer.bytes.toString()).not.toContain('arn:');
  expect(logged).toHaveBeenCalledWith('table does not answer', { error: expect.objectContaining({ message: secret }) });
});

test('names the user pool when it does not answer', async () => {
  pool.on(DescribeUserPoolCommand).rejects(new Error('no'));
  const answer = await callSystem('GET /health/ready');
  expect([answer.status, answer.json().parts]).toEqual([503, { table: 'ok', queues: 'ok', userPool: 'failed' }]);
});

test('names the queues when one of them does not answer', async () => {
  queueService.on(GetQueueAttributesCommand, { QueueUrl: 'https://queue/two' }).rejects(new Error('no'));
  const answer = await callSystem('GET /health/ready');
  expect([answer.status, answer.json().parts]).toEqual([503, { table: 'ok', queues: 'failed', userPool: 'ok' }]);
});

test.each<[TableStatus, number]>([
  ['CREATING', 503],
  ['DELETING', 503],
  ['UPDATING', 200],
])('a table that is %s answers %d', async (status, expected) => {
  tableIs(status);
  expect((await callSystem('GET /health/ready')).status).toBe(expected);
});

test('a missing setting counts as a part that does not answer', async () => {
  vi.stubEnv('USER_POOL_ID', '');
  expect((await callSystem('GET /health/ready')).json().parts).toEqual({
    table: 'ok',
    queues: 'ok',
    userPool: 'failed',
  });
});

test('a crowd that asks costs one look, and the next second is looked at anew', async () => {
  await Promise.all(Array.from({ length: 20 }, () => callSystem('GET /health/ready')));
  expect(pool.commandCalls(DescribeUserPoolCommand)).toHaveLength(1);
  vi.setSystemTime(Date.now() + 1_001);
  database.on(DescribeTableCommand).rejects(new Error('no'));
  expect((await callSystem('GET /health/ready')).status).toBe(503);
});
