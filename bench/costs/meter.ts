import { type ConsumedCapacity, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { type Change, queryUnits, readUnits, singleUnits, transactionUnits } from './documented-units.ts';

type Item = Record<string, unknown>;

/** One call to DynamoDB. */
export interface Call {
  command: string;
  /** As the database says; 0 where it refused the call, because then it says nothing. */
  reportedWrites: number;
  reportedReads: number;
  /** By the documented rules, from the items before and after. */
  documentedWrites: number;
  documentedReads: number;
}

export interface Meter {
  /** Calls since the last time. */
  take(): Call[];
}

/** Watches every call of a client, and asks the database what it consumed. */
export function attachMeter(client: DynamoDBClient): Meter {
  let calls: Call[] = [];
  const reader = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  const read = async ({ TableName, Key }: Target): Promise<Item | undefined> => {
    const { Item: item } = await reader.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
    return item;
  };

  client.middlewareStack.add(
    (next, context) => async (args) => {
      const input = args.input as Input;
      const command = String(context.commandName).replace(/Command$/, '');
      if (command !== 'DescribeTable') input.ReturnConsumedCapacity = 'INDEXES';
      const targets = targetsOf(input);
      const before = await Promise.all(targets.map(read));
      const record = async (output: Output) => {
        const after = await Promise.all(targets.map(read));
        const changes = targets.map((_, index) => ({ before: before[index], after: after[index] }));
        const isWrite = targets.length > 0;
        calls.push({ command, ...reported(output, isWrite), ...documented(input, output, changes) });
      };
      try {
        const result = await next(args);
        await record(result.output as Output);
        return result;
      } catch (error) {
        await record({});
        throw error;
      }
    },
    { step: 'initialize', priority: 'low', name: 'meter' },
  );
  return {
    take: () => {
      const taken = calls;
      calls = [];
      return taken;
    },
  };
}

interface Target {
  TableName: string;
  Key: Item;
}
/** A single write, or an action of a transaction. */
interface Write {
  TableName: string;
  Key?: Item;
  Item?: Item;
}
interface Input extends Partial<Write> {
  UpdateExpression?: string;
  ReturnConsumedCapacity?: string;
  ConsistentRead?: boolean;
  IndexName?: string;
  KeyConditionExpression?: string;
  RequestItems?: Record<string, { Keys: Item[] }>;
  TransactItems?: Record<string, Write>[];
}
interface Output {
  Item?: Item;
  Items?: Item[];
  Responses?: Record<string, Item[]>;
  ConsumedCapacity?: ConsumedCapacity | ConsumedCapacity[];
}

function targetsOf(input: Input): Target[] {
  const { TransactItems } = input;
  const isSingle = TransactItems === undefined && (input.Item !== undefined || input.UpdateExpression !== undefined);
  const writes = isSingle ? [input as Write] : (TransactItems ?? []).flatMap((action) => Object.values(action));
  return writes.map(({ TableName, Key, Item: item }) => ({
    TableName,
    Key: Key ?? { pk: item?.pk, sk: item?.sk },
  }));
}

function reported({ ConsumedCapacity: consumed = [] }: Output, isWrite: boolean) {
  const units = [consumed].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
  return { reportedWrites: isWrite ? units : 0, reportedReads: isWrite ? 0 : units };
}

function documented(input: Input, output: Output, changes: readonly Change[]) {
  const unitsOf = input.TransactItems ? transactionUnits : singleUnits;
  const documentedWrites = changes.reduce((sum, change) => sum + unitsOf(change), 0);
  return { documentedWrites, documentedReads: changes.length > 0 ? 0 : readsOf(input, output) };
}

function readsOf(input: Input, output: Output): number {
  // What asks for no items, such as a description of the table, is free.
  if (!input.KeyConditionExpression && !input.RequestItems && !input.Key) return 0;
  if (input.KeyConditionExpression) return queryUnits(output.Items ?? [], input.ConsistentRead === true);
  if (input.RequestItems) {
    const requested = Object.values(input.RequestItems).reduce((sum, { Keys }) => sum + Keys.length, 0);
    return readUnits(requested, Object.values(output.Responses ?? {}).flat());
  }
  return readUnits(1, output.Item ? [output.Item] : []);
}
