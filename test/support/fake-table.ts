import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import type { AwsStub } from 'aws-sdk-client-mock';

type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];
type Item = Record<string, unknown>;

/** A table that knows as much of DynamoDB as statistics use: puts at a revision, and numbers that are added to. */
export interface FakeTable {
  readonly items: Map<string, Item>;
  /** Items written, by their keys, over all transactions that were committed. */
  readonly written: string[];
  /** Called before each transaction; what it throws is its answer. */
  before: (call: number) => void;
  /** Called after each commit; what it throws is its answer. */
  after: (call: number) => void;
}

const keyOf = ({ pk, sk }: Item): string => `${pk} / ${sk}`;

// biome-ignore lint/suspicious/noExplicitAny: the library's own type has these parameters, which say nothing here.
export function fakeTable(database: AwsStub<any, any, any>): FakeTable {
  const table: FakeTable = { items: new Map(), written: [], before: () => undefined, after: () => undefined };
  let calls = 0;
  const holds = (item: TransactItem): boolean => {
    if (!item.Put?.ConditionExpression) return true;
    const stored = table.items.get(keyOf(item.Put.Item ?? {}));
    if (item.Put.ConditionExpression === 'attribute_not_exists(pk)') return stored === undefined;
    return stored?.revision === item.Put.ExpressionAttributeValues?.[':read'];
  };
  const apply = ({ Put: put, Update: update }: TransactItem): void => {
    const key = put?.Item ?? update?.Key ?? {};
    table.written.push(keyOf(key));
    if (put) table.items.set(keyOf(key), structuredClone(put.Item ?? {}));
    if (!update) return;
    const item = table.items.get(keyOf(key)) ?? { ...key };
    for (const part of (update.UpdateExpression ?? '').replace('ADD ', '').split(', ')) {
      const [name = '', value = ''] = part.split(' ');
      const attribute = update.ExpressionAttributeNames?.[name] ?? name;
      item[attribute] = Number(item[attribute] ?? 0) + Number(update.ExpressionAttributeValues?.[value]);
    }
    table.items.set(keyOf(key), item);
  };
  database.on(BatchGetCommand).callsFake(({ RequestItems }) => {
    const [[name = '', { Keys = [] } = { Keys: [] }] = []] = Object.entries<{ Keys: Item[] }>(RequestItems ?? {});
    const found = Keys.flatMap((key) => table.items.get(keyOf(key)) ?? []);
    return { Responses: { [name]: structuredClone(found) } };
  });
  database.on(TransactWriteCommand).callsFake(({ TransactItems: items = [] }: TransactWriteCommandInput) => {
    calls += 1;
    table.before(calls);
    if (!items.every(holds)) {
      throw new TransactionCanceledException({
        message: 'Transaction cancelled',
        $metadata: {},
        CancellationReasons: items.map((item) => ({ Code: holds(item) ? 'None' : 'ConditionalCheckFailed' })),
      });
    }
    for (const item of items) apply(item);
    table.after(calls);
    return {};
  });
  return table;
}
