import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceNotFoundException,
  type TableDescription,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import type { PropertiesOf } from './resource-types.ts';
import { StackError } from './stack-error.ts';
import type { Resource } from './template.ts';

type Table = Resource<'AWS::DynamoDB::GlobalTable'>;

/** What CreateTable is asked for, so that the table is as the template says. */
export function createTableInput(tableName: string, properties: PropertiesOf<'AWS::DynamoDB::GlobalTable'>) {
  const { StreamSpecification: stream, GlobalSecondaryIndexes: indexes } = properties;
  return {
    TableName: tableName,
    BillingMode: properties.BillingMode,
    AttributeDefinitions: properties.AttributeDefinitions,
    KeySchema: properties.KeySchema,
    ...(indexes.length > 0 && {
      GlobalSecondaryIndexes: indexes.map(({ IndexName, KeySchema, Projection }) => ({
        IndexName,
        KeySchema,
        Projection: {
          ProjectionType: Projection.ProjectionType,
          ...(Projection.NonKeyAttributes && { NonKeyAttributes: Projection.NonKeyAttributes }),
        },
      })),
    }),
    ...(stream && { StreamSpecification: { StreamEnabled: true, StreamViewType: stream.StreamViewType } }),
  } satisfies CreateTableCommandInput;
}

/**
 * Makes the tables of a template, and leaves those alone that are there from an earlier start.
 *
 * @throws {StackError} where a table is there with other keys or indexes.
 */
export async function createTables(tables: readonly Table[], endpoint: string, region: string): Promise<void> {
  const client = new DynamoDBClient({
    endpoint,
    region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  try {
    for (const table of tables) await createTable(client, table);
  } finally {
    client.destroy();
  }
}

async function createTable(client: DynamoDBClient, { ref, properties }: Table): Promise<void> {
  const wanted = createTableInput(ref, properties);
  const present = await describe(client, ref);
  if (present) {
    if (layout(present) !== layout(wanted)) {
      throw new StackError(
        `The table ${ref} was made with other keys or indexes than the template has; "npm run reset" deletes it.`,
      );
    }
  } else {
    await client.send(new CreateTableCommand(wanted));
  }
  const ttl = properties.TimeToLiveSpecification;
  if (ttl && !present) {
    await client.send(new UpdateTimeToLiveCommand({ TableName: ref, TimeToLiveSpecification: ttl }));
  }
}

async function describe(client: DynamoDBClient, tableName: string): Promise<TableDescription | undefined> {
  try {
    const { Table: table } = await client.send(new DescribeTableCommand({ TableName: tableName }));
    return table;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

/** Keys and indexes in a form that can be compared. */
function layout(table: TableDescription | CreateTableCommandInput): string {
  const keys = (schema: TableDescription['KeySchema']) =>
    (schema ?? []).map(({ AttributeName, KeyType }) => `${KeyType}:${AttributeName}`).sort();
  const indexes = (table.GlobalSecondaryIndexes ?? []).map(({ IndexName, KeySchema, Projection }) => [
    IndexName,
    ...keys(KeySchema),
    Projection?.ProjectionType,
  ]);
  return JSON.stringify([keys(table.KeySchema), indexes.sort()]);
}
