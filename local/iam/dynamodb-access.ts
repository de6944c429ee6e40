import { leadingKeyOfQuery, type QueryInput, textOf, type Values } from './leading-keys.ts';
import type { Access } from './policy-rules.ts';
import type { ServiceCall } from './services.ts';

/** What the actions of a transaction are authorized by. */
const partsOfTransaction = {
  Put: 'dynamodb:PutItem',
  Update: 'dynamodb:UpdateItem',
  Delete: 'dynamodb:DeleteItem',
  ConditionCheck: 'dynamodb:ConditionCheckItem',
  Get: 'dynamodb:GetItem',
} as const;

/** What an operation does with one item. */
interface Part {
  readonly TableName?: string;
  readonly Key?: Values;
  readonly Item?: Values;
}
type Transaction = readonly Partial<Record<keyof typeof partsOfTransaction, Part>>[];
/** The requests of a batch on one table. */
type Batch =
  | { readonly Keys?: readonly Values[] }
  | readonly { readonly PutRequest?: Part; readonly DeleteRequest?: Part }[];

interface Input extends Part, QueryInput {
  readonly IndexName?: string;
  readonly TransactItems?: Transaction;
  readonly RequestItems?: Readonly<Record<string, Batch>>;
  readonly StreamArn?: string;
  /** Begins with the ARN of the stream. */
  readonly ShardIterator?: string;
  readonly ResourceArn?: string;
}

/**
 * What a call of DynamoDB needs: transactions are authorized by their parts, batches by each table, queries by the
 * index that they read. Each access tells the partition keys that it is about, where the call names them.
 *
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
 */
export function dynamodbAccess(call: ServiceCall): Access[] {
  const input = JSON.parse(call.body.toString()) as Input;
  if (input.TransactItems) {
    return input.TransactItems.flatMap((item) =>
      (Object.keys(partsOfTransaction) as (keyof typeof partsOfTransaction)[]).flatMap((kind) => {
        const { [kind]: part } = item;
        return part?.TableName === undefined
          ? []
          : [accessTo(call, partsOfTransaction[kind], { table: part.TableName }, [part])];
      }),
    );
  }
  const action = `dynamodb:${call.operation}`;
  if (input.RequestItems) {
    return Object.entries(input.RequestItems).map(([table, batch]) =>
      accessTo(call, action, { table }, partsOfBatch(batch)),
    );
  }
  const { TableName: table, IndexName: index } = input;
  if (table) return [accessTo(call, action, { table, index }, [input])];
  return [{ action, resource: input.StreamArn ?? input.ShardIterator?.split('|')[0] ?? input.ResourceArn ?? '*' }];
}

function partsOfBatch(batch: Batch): Part[] {
  if (!isWriting(batch)) return (batch.Keys ?? []).map((Key) => ({ Key }));
  return batch.flatMap(({ PutRequest, DeleteRequest }) => [PutRequest ?? [], DeleteRequest ?? []].flat());
}

const isWriting = (batch: Batch): batch is Extract<Batch, readonly unknown[]> => Array.isArray(batch);

function accessTo(
  { region, accountId, partitionKeyOf }: ServiceCall,
  action: string,
  { table, index }: { readonly table: string; readonly index?: string | undefined },
  parts: readonly (Part & QueryInput)[],
): Access {
  const tableArn = table.startsWith('arn:') ? table : `arn:aws:dynamodb:${region}:${accountId}:table/${table}`;
  const resource = index ? `${tableArn}/index/${index}` : tableArn;
  const partitionKey = partitionKeyOf(table.replace(/^.*\//, ''), index);
  if (partitionKey === undefined) return { action, resource };
  const leadingKeys = parts.flatMap((part) => {
    const value = (part.Key ?? part.Item)?.[partitionKey];
    return (value ? textOf(value) : leadingKeyOfQuery(part, partitionKey)) ?? [];
  });
  if (leadingKeys.length === 0) return { action, resource };
  return { action, resource, context: { 'dynamodb:LeadingKeys': [...new Set(leadingKeys)] } };
}
