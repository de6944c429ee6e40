import { type Json, objectOf, objectsOf } from './json.ts';
import type { DynamoRequest, KeySchema } from './types.ts';

export type Access = 'put' | 'update' | 'delete' | 'check' | 'read';

/** One item that a request names. */
export interface Target {
  readonly access: Access;
  readonly table: string;
  /** The item, among all tables. */
  readonly key: string;
  /** Its partition key, as text. */
  readonly partition: string;
  /** The action: `Item` or `Key`, and its expressions. */
  readonly action: Json;
  /** Where it stands in a batch: the entry of `Keys`, or of the list of writes. */
  readonly entry: Json;
}

const singles: Readonly<Record<string, Access>> = {
  PutItem: 'put',
  UpdateItem: 'update',
  DeleteItem: 'delete',
  GetItem: 'read',
};
const actions: Readonly<Record<string, Access>> = {
  Put: 'put',
  Update: 'update',
  Delete: 'delete',
  ConditionCheck: 'check',
  Get: 'read',
  PutRequest: 'put',
  DeleteRequest: 'delete',
};

/** The items that a request names, in its order; none of a query or a scan. */
export function targetsOf({ operation, body }: DynamoRequest, schema: KeySchema): Target[] {
  const single = singles[operation];
  if (single) return [target(single, String(body.TableName), body, body, schema)];
  if (operation === 'TransactWriteItems' || operation === 'TransactGetItems') {
    return objectsOf(body.TransactItems).map((entry) => {
      const [access, action] = actionOf(entry);
      return target(access, String(action.TableName), action, entry, schema);
    });
  }
  const tables = Object.entries(objectOf(body.RequestItems));
  if (operation === 'BatchGetItem') {
    return tables.flatMap(([table, wanted]) =>
      objectsOf(objectOf(wanted).Keys).map((Key) => target('read', table, { ...objectOf(wanted), Key }, Key, schema)),
    );
  }
  if (operation !== 'BatchWriteItem') return [];
  return tables.flatMap(([table, writes]) =>
    objectsOf(writes).map((entry) => {
      const [access, action] = actionOf(entry);
      return target(access, table, action, entry, schema);
    }),
  );
}

function actionOf(entry: Json): [Access, Json] {
  const [name, action] = Object.entries(entry)[0] ?? [];
  return [actions[String(name)] ?? 'check', objectOf(action)];
}

function target(access: Access, table: string, action: Json, entry: Json, schema: KeySchema): Target {
  const key = objectOf(action.Key ?? action.Item);
  const partition = textOf(key[schema.hash]);
  return { access, table, key: `${table}/${partition}/${textOf(key[schema.range])}`, partition, action, entry };
}

/** The text of an attribute in DynamoDB's JSON, the same for the same value. */
export function textOf(value: unknown): string {
  const [type, content] = Object.entries(objectOf(value))[0] ?? [];
  return `${type}:${content}`;
}

/** An expression with the names of attributes instead of their placeholders. */
export function expressionOf(text: unknown, { ExpressionAttributeNames: names }: Json): string {
  return typeof text === 'string' ? text.replace(/#\w+/g, (name) => String(objectOf(names)[name] ?? name)) : '';
}
