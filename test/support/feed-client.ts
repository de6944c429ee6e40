import { BatchWriteItemCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Stack } from '../../local/stack.ts';

export type Attributes = Readonly<Record<string, string>>;

/** Writes items and looks into queues, past the API. */
export interface FeedClient {
  readonly put: (id: string, attributes?: Attributes) => Promise<unknown>;
  /** Up to 25 items in one commit. */
  readonly putAll: (ids: readonly string[], attributes?: Attributes) => Promise<unknown>;
  readonly send: (queue: string, body: string) => Promise<unknown>;
  /** The bodies of up to ten messages of a queue, which are hidden then. */
  readonly bodiesIn: (queue: string) => Promise<string[]>;
  /** Messages of a queue: those that can be received, are being worked on, or wait for their delay. */
  readonly countIn: (queue: string) => Promise<{ ready: number; inWork: number; delayed: number }>;
  destroy(): void;
}

export function createFeedClient({ outputs, template }: Pick<Stack, 'outputs' | 'template'>): FeedClient {
  const account = { region: outputs.region, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  const table = new DynamoDBClient({ ...account, endpoint: outputs.dynamodbEndpoint });
  const sqs = new SQSClient({ ...account, endpoint: outputs.sqsEndpoint });
  const itemOf = (id: string, attributes: Attributes = {}) =>
    Object.fromEntries(Object.entries({ pk: id, ...attributes }).map(([name, value]) => [name, { S: value }]));
  const urlOf = (logicalId: string) =>
    template.of('AWS::SQS::Queue').find((candidate) => candidate.logicalId === logicalId)?.ref;
  return {
    put: (id, attributes) =>
      table.send(new PutItemCommand({ TableName: outputs.tableName, Item: itemOf(id, attributes) })),
    putAll: (ids, attributes) => {
      const requests = ids.map((id) => ({ PutRequest: { Item: itemOf(id, attributes) } }));
      return table.send(new BatchWriteItemCommand({ RequestItems: { [outputs.tableName]: requests } }));
    },
    send: (queue, body) => sqs.send(new SendMessageCommand({ QueueUrl: urlOf(queue), MessageBody: body })),
    bodiesIn: async (queue) => {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: urlOf(queue), MaxNumberOfMessages: 10 }),
      );
      return Messages.map(({ Body = '' }) => Body);
    },
    countIn: async (queue) => {
      const { Attributes: attributes } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: urlOf(queue), AttributeNames: ['All'] }),
      );
      return {
        ready: Number(attributes?.ApproximateNumberOfMessages),
        inWork: Number(attributes?.ApproximateNumberOfMessagesNotVisible),
        delayed: Number(attributes?.ApproximateNumberOfMessagesDelayed),
      };
    },
    destroy: () => {
      table.destroy();
      sqs.destroy();
    },
  };
}
