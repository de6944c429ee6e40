import { randomUUID } from 'node:crypto';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Guard } from '../../../local/iam/guard.ts';
import { type CallOptions, type Person, type Received, uniqueEmail } from '../client.ts';
import { tierBody } from '../factories.ts';
import type { TestStack } from '../stack.ts';
import { readStream, unsentBy } from '../stream-client.ts';

type Body = Readonly<Record<string, unknown>>;

/** What the steps of the tour share: people, and hands that reach past the permissions. */
export interface World {
  readonly api: TestStack;
  readonly guard: Guard;
  readonly buyer: Person;
  readonly other: Person;
  readonly organizer: Person;
  /** Calls the API, and rejects where it does not answer with the status. */
  readonly expect: (status: number, call: string, options?: CallOptions) => Promise<Received>;
  readonly as: (person: Person, status: number, call: string, body?: Body, headers?: Body) => Promise<Received>;
  readonly asAdmin: (status: number, call: string, body?: Body, headers?: Body) => Promise<Received>;
  /** A published event of the administrator, with one tier of this kind. */
  readonly event: (tier?: Body, more?: Body) => Promise<string>;
  readonly book: (person: Person, eventId: string, more?: Body) => Promise<string>;
  /** A hold that is over, though nobody has noticed. */
  readonly expiredHold: (person: Person, eventId: string, more?: Body) => Promise<Booking>;
  /** An item of the table, as it is. */
  readonly stored: (pk: string, sk: string) => Promise<Item | undefined>;
  readonly store: (item: Item) => Promise<unknown>;
  /** Puts a message into the queue whose logical id fits. */
  readonly send: (queue: RegExp, body: unknown, attributes?: Readonly<Record<string, string>>) => Promise<unknown>;
  /** Messages that a queue has, those that are hidden too. */
  readonly messagesIn: (queue: RegExp) => Promise<number>;
  /** What a dead letter of a pipe says about the first change of the stream that fits. */
  readonly unsent: (pipe: RegExp, fits: (image: Item) => boolean) => Promise<Body>;
  readonly uniqueEmail: () => string;
  stop(): void;
}

type Item = Readonly<Record<string, unknown>>;
type Booking = Item & { readonly bookingId: string; readonly userId: string };

export async function openWorld(api: TestStack): Promise<World> {
  const { outputs, template, iam } = api.stack;
  const account = { region: outputs.region, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  const table = new DynamoDBClient({ ...account, endpoint: outputs.dynamodbEndpoint } satisfies DynamoDBClientConfig);
  const documents = DynamoDBDocumentClient.from(table);
  const sqs = new SQSClient({ ...account, endpoint: outputs.sqsEndpoint });

  const find = (queue: RegExp) => template.of('AWS::SQS::Queue').find(({ logicalId }) => queue.test(logicalId));

  const call: World['expect'] = async (status, what, options) => {
    const [method = '', path = ''] = what.split(' ');
    const answer = await api.call(method, path, options);
    if (answer.status === status) return answer;
    throw new Error(`${what} answered ${answer.status}, not ${status}: ${answer.text}`);
  };
  const withBody = (body: unknown, headers: Body = {}) => ({
    ...(body !== undefined && { body }),
    headers: headers as Record<string, string>,
  });
  const as: World['as'] = ({ accessToken: token }, status, what, body, headers) =>
    call(status, what, { token, ...withBody(body, headers) });
  const asAdmin: World['asAdmin'] = (status, what, body, headers) =>
    call(status, what, { signAs: 'admin', ...withBody(body, headers) });
  const TableName = outputs.tableName;
  const stored: World['stored'] = async (pk, sk) =>
    (await documents.send(new GetCommand({ TableName, Key: { pk, sk }, ConsistentRead: true }))).Item;
  const [buyer, other, organizer] = await Promise.all([api.registerUser(), api.registerUser(), api.makeOrganizer()]);
  return {
    api,
    guard: iam.guard,
    buyer,
    other,
    organizer,
    expect: call,
    as,
    asAdmin,
    event: async (tier = {}, more = {}) => (await api.createEvent({ tiers: [tierBody(tier)], ...more })).eventId,
    book: async (person, eventId, more = {}) =>
      (await as(person, 201, 'POST /bookings', { eventId, quantity: 1, ...more })).json.bookingId,
    expiredHold: async (person, eventId, more = {}) => {
      const held = await as(person, 201, 'POST /bookings', { eventId, quantity: 1, hold: true, ...more });
      const { bookingId } = held.json;
      const Key = { pk: `USER#${person.userId}`, sk: `BOOKING#${bookingId}` };
      const before = await stored(Key.pk, Key.sk);
      const past = new Date(Date.now() - 60_000).toISOString();
      const { Attributes } = await documents.send(
        new UpdateCommand({
          TableName,
          Key,
          UpdateExpression: 'SET holdExpiresAt = :past, gsi1sk = :sk',
          ExpressionAttributeValues: { ':past': past, ':sk': String(before?.gsi1sk).replace(/^[^#]+/, past) },
          ReturnValues: 'ALL_NEW',
        }),
      );
      return Attributes as Booking;
    },
    stored,
    store: (Item) => documents.send(new PutCommand({ TableName, Item })),
    messagesIn: async (queue) => {
      const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
      const command = new GetQueueAttributesCommand({
        QueueUrl: find(queue)?.ref,
        AttributeNames: [...AttributeNames],
      });
      const { Attributes = {} } = await sqs.send(command);
      return AttributeNames.reduce((sum, name) => sum + Number(Attributes[name]), 0);
    },
    unsent: async (pipe, fits) => {
      const { shardId, records } = await readStream(outputs);
      const found = records.find(({ dynamodb }) => fits(dynamodb?.NewImage ?? {}))?.dynamodb?.SequenceNumber ?? '';
      return unsentBy(api.stack, pipe, { shardId, first: found, last: found });
    },
    send: (queue, body, attributes = {}) => {
      const found = find(queue);
      // Now, whatever the delay of the queue is.
      const isFifo = found?.properties.FifoQueue === true;
      const message = {
        MessageBody: JSON.stringify(body),
        // One that is hidden holds up only its own group.
        ...(isFifo ? { MessageGroupId: randomUUID(), MessageDeduplicationId: randomUUID() } : { DelaySeconds: 0 }),
        MessageAttributes: Object.fromEntries(
          Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
        ),
      };
      return sqs.send(new SendMessageCommand({ QueueUrl: found?.ref, ...message }));
    },
    uniqueEmail,
    stop: () => {
      table.destroy();
      sqs.destroy();
    },
  };
}

/** The stream record of an item that was made, as far as workers read it. */
export function insertOf(item: Record<string, unknown>) {
  return { eventName: 'INSERT', dynamodb: { NewImage: marshall(item, { removeUndefinedValues: true }) } };
}
