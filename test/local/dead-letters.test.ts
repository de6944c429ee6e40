import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  GetQueueAttributesCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type TestStack, withStack } from '../support/stack.ts';
import { expectInvalid, expectProblem } from '../support/trace.ts';

let api: TestStack;
let sqs: SQSClient;
let client: DynamoDBClient;
beforeAll(async () => {
  api = await withStack();
  const { region, sqsEndpoint, dynamodbEndpoint } = api.stack.outputs;
  const account = { region, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  sqs = new SQSClient({ ...account, endpoint: sqsEndpoint });
  client = new DynamoDBClient({ ...account, endpoint: dynamodbEndpoint });
  // A message comes again after a second, not after a minute.
  for (const name of ['expirehold', 'promotewaitlist', 'aggregateanalytics']) {
    const Attributes = { VisibilityTimeout: '1' };
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl: urlOf(`${name}Queue`), Attributes }));
  }
}, 60_000);
afterAll(async () => {
  sqs?.destroy();
  client?.destroy();
  await api?.stop();
});

function urlOf(prefix: string): string {
  const queue = api.stack.template
    .of('AWS::SQS::Queue')
    .find(({ logicalId }) => new RegExp(`^${prefix}[0-9A-F]{8}$`).test(logicalId));
  if (!queue) throw new Error(`there is no queue ${prefix}`);
  return queue.ref;
}
const send = (prefix: string, body: unknown, more = {}) =>
  sqs.send(
    new SendMessageCommand({
      QueueUrl: urlOf(prefix),
      MessageBody: typeof body === 'string' ? body : JSON.stringify(body),
      ...more,
    }),
  );
const list = async (query = '') => {
  const { status, json, text } = await api.call('GET', `/admin/dead-letters${query}`, { signAs: 'admin' });
  expect(status, text).toBe(200);
  return json.items;
};
const redrive = (body: object) => api.call('POST', '/admin/dead-letters/redrive', { signAs: 'admin', body });
const untilDead = async (queue: string, count: number) => {
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape.
  let found: any;
  await eventually(async () => {
    [found] = await list(`?queue=${queue}&messages=10`);
    expect(found.count).toBe(count);
  });
  return found;
};
const isEmpty = async (prefix: string) => {
  const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const command = new GetQueueAttributesCommand({ QueueUrl: urlOf(prefix), AttributeNames: [...AttributeNames] });
  const { Attributes } = await sqs.send(command);
  return AttributeNames.every((name) => Attributes?.[name] === '0');
};

it('every queue of the stack is listed, and none has anything in it', async () => {
  const items = await list();
  const { template } = api.stack;
  const work = template.of('AWS::SQS::Queue').filter(({ properties }) => properties.RedrivePolicy);
  expect(items.filter(({ kind }: { kind: string }) => kind === 'worker')).toHaveLength(work.length);
  expect(items).toHaveLength(template.of('AWS::SQS::Queue').length - work.length);
  expect(items.map(({ count, messages }: { count: number; messages: [] }) => count + messages.length)).toEqual(
    items.map(() => 0),
  );
});

// Each in a queue of its own.
describe.concurrent('a poison message', () => {
  it('is shown with its error, and worked on once the cause is gone', { timeout: 60_000 }, async () => {
    const person = await api.registerUser();
    const { eventId } = await api.createEvent();
    const body = { eventId, quantity: 1, hold: true };
    const { json: held } = await api.call('POST', '/bookings', { token: person.accessToken, body });
    const pk = `USER#${person.userId}`;
    const sk = `BOOKING#${held.bookingId}`;
    const change = (draws: unknown, holdExpiresAt: string) =>
      DynamoDBDocumentClient.from(client).send(
        new UpdateCommand({
          TableName: api.stack.outputs.tableName,
          Key: { pk, sk },
          UpdateExpression: 'SET draws = :draws, holdExpiresAt = :end',
          ExpressionAttributeValues: { ':draws': draws, ':end': holdExpiresAt },
          ReturnValues: 'ALL_OLD',
        }),
      );
    // The booking says that its seats are of a shard that there is none of.
    const past = new Date(Date.now() - 60_000).toISOString();
    const { Attributes: before } = await change([{ shard: 63, quantity: 1 }], past);
    const image = marshall({ pk, sk, ...held, userId: person.userId });
    const record = { eventID: 'e1', eventName: 'INSERT', dynamodb: { NewImage: image } };
    await send('expireholdQueue', record, { DelaySeconds: 0 });

    const dead = await untilDead('expire-hold', 1);
    expect(dead).toMatchObject({ kind: 'worker', oldestAt: dead.messages[0].sentAt });
    const [message] = dead.messages;
    // Of the last attempt that could be noted.
    expect(message.error).toMatchObject({ attempts: expect.any(Number), at: expect.any(String) });
    expect(message.error.message).toContain(held.bookingId);
    expect(JSON.parse(message.body)).toEqual(record);
    // Looking took nothing away.
    expect((await list('?queue=expire-hold'))[0].messages).toHaveLength(1);

    await change(before?.draws, past);
    const { status, json } = await redrive({ queue: 'expire-hold' });
    expect([status, json]).toEqual([202, { queue: 'expire-hold', redriven: 1, left: 0 }]);
    await eventually(async () => {
      const { json: now } = await api.call('GET', `/bookings/${held.bookingId}`, { token: person.accessToken });
      expect(now.status).toBe('EXPIRED');
      expect(await isEmpty('expireholdQueue')).toBe(true);
    });
    const { json: event } = await api.call('GET', `/events/${eventId}`);
    expect(event.tiers[0].available).toBe(500);
    expect((await list('?queue=expire-hold'))[0]).toMatchObject({ count: 0, messages: [] });
  });

  it('of a FIFO queue goes back with its group, even soon after it was sent first', { timeout: 60_000 }, async () => {
    const ids = { MessageGroupId: 'tier-1', MessageDeduplicationId: 'event-1' };
    await send('promotewaitlistQueue', '{"secret":"ada@example.com"', ids);
    const [first] = (await untilDead('promote-waitlist', 1)).messages;
    expect(first.error.name).toBe('SyntaxError');
    expect(first.body).toBe('{"secret":"[withheld]"');
    expect((await redrive({ queue: 'promote-waitlist', limit: 1 })).json).toMatchObject({ redriven: 1 });
    const [second] = (await untilDead('promote-waitlist', 1)).messages;
    expect(second.messageId).not.toBe(first.messageId);
    expect(second.error.attempts).toBe(5);
  });

  it('of a worker that takes batches is shown with its own error', { timeout: 60_000 }, async () => {
    await send('aggregateanalyticsQueue', { eventID: 'x', eventName: 'MODIFY', dynamodb: {} });
    // What shared a batch with it, and came again each second, may be there as well.
    await eventually(async () => {
      const [{ messages }] = await list('?queue=aggregate-analytics&messages=10');
      const poison = messages.find(({ body }: { body: string }) => JSON.parse(body).eventID === 'x');
      expect(poison?.error.message).toContain('is no shard');
    });
  });
});

describe('dead letters', () => {
  it('are moved as many as are wanted, in their order', async () => {
    for (const n of [1, 2, 3]) await send('notifyDeadLetters', `{"n":${n}}`);
    const { json } = await redrive({ queue: 'notify', limit: 2 });
    expect(json).toEqual({ queue: 'notify', redriven: 2, left: 1 });
    const [{ count, messages }] = await list('?queue=notify');
    expect([count, messages.map(({ body }: { body: string }) => body)]).toEqual([1, ['{"n":3}']]);
    expect(messages[0].error).toBeUndefined();
  });

  it('of the change feed show what was wrong, and go to the queue that did not take them', async () => {
    const queue = api.stack.template.of('AWS::SQS::Queue').find(({ ref }) => ref === urlOf('auditQueue'));
    const eventId = 'evt_01JY3W8H6V7Q2X4Z9K5M1N0PRS';
    const image = { pk: `EVENT#${eventId}`, sk: 'EVENT', eventId, updatedAt: '2027-01-01T00:00:00.000Z' };
    const dynamodb = { SequenceNumber: '7', NewImage: marshall(image) };
    const told = { ERROR_CODE: 'NO_PERMISSIONS', ERROR_MESSAGE: 'refused', TARGET_ARN: queue?.attributes.Arn };
    const MessageAttributes = Object.fromEntries(
      Object.entries(told).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
    );
    const detail = { eventID: 'e7', eventName: 'INSERT', dynamodb };
    await send('ChangesUndelivered', { 'detail-type': 'Change', detail }, { MessageAttributes });
    const [{ kind, messages }] = await list('?queue=changes-undelivered');
    expect([kind, messages[0].error]).toEqual(['rules', { name: 'NO_PERMISSIONS', message: 'refused' }]);
    expect((await redrive({ queue: 'changes-undelivered' })).json).toMatchObject({ redriven: 1, left: 0 });
    await eventually(async () => {
      const { json } = await api.call('GET', `/admin/audit?entity=${eventId}`, { signAs: 'admin' });
      expect(json.items).toHaveLength(1);
    });
  });

  it('are for administrators, of queues that there are', async () => {
    const path = '/admin/dead-letters';
    expect((await api.call('GET', path, { signAs: 'stranger' })).status).toBe(403);
    expect((await api.call('POST', `${path}/redrive`, { signAs: 'stranger', body: { queue: 'notify' } })).status).toBe(
      403,
    );
    expectProblem(await api.call('GET', `${path}?queue=none`, { signAs: 'admin' }), 404, 'not-found');
    expectProblem(await redrive({ queue: 'none' }), 404, 'not-found');
    expectInvalid(await redrive({ queue: 'notify', limit: 0 }), 'limit');
    expectInvalid(await redrive({ queue: 'notify', to: 'http://elsewhere' }), 'body');
  });
});
