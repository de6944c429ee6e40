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

type Part = { readonly TableName?: string };
type Transaction = readonly Partial<Record<keyof typeof partsOfTransaction, Part>>[];

interface Input extends Part {
  readonly IndexName?: string;
  readonly TransactItems?: Transaction;
  readonly RequestItems?: Readonly<Record<string, unknown>>;
  readonly StreamArn?: string;
  readonly ResourceArn?: string;
}

/**
 * What a call of DynamoDB needs: transactions are authorized by their parts, batches by each table, queries by the
 * index that they read.
 *
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
 */
export function dynamodbAccess({ operation, body, region, accountId }: ServiceCall): Access[] {
  const input = JSON.parse(body.toString()) as Input;
  const arnOf = (table: string, index?: string) =>
    (table.startsWith('arn:') ? table : `arn:aws:dynamodb:${region}:${accountId}:table/${table}`) +
    (index ? `/index/${index}` : '');
  if (input.TransactItems) {
    return input.TransactItems.flatMap((item) =>
      (Object.keys(partsOfTransaction) as (keyof typeof partsOfTransaction)[]).flatMap((kind) => {
        const table = item[kind]?.TableName;
        return table === undefined ? [] : [{ action: partsOfTransaction[kind], resource: arnOf(table) }];
      }),
    );
  }
  const action = `dynamodb:${operation}`;
  if (input.RequestItems) return Object.keys(input.RequestItems).map((table) => ({ action, resource: arnOf(table) }));
  const resource = input.TableName ? arnOf(input.TableName, input.IndexName) : (input.StreamArn ?? input.ResourceArn);
  return [{ action, resource: resource ?? '*' }];
}
