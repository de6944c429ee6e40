import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteTableCommand, DynamoDBClient, ResourceNotFoundException } from '@aws-sdk/client-dynamodb';
import { inject } from 'vitest';
import { readSettings } from '../../local/settings.ts';
import { type Stack, type StackOptions, startStack } from '../../local/stack.ts';
import { synthesizeOnce } from './assembly-dir.ts';
import { type ApiClient, createClient } from './client.ts';

/** A stack of its own for a test file, with a client for it. */
export interface TestStack extends ApiClient {
  readonly stack: Stack;
  /** What the functions warned of and how they failed. */
  readonly logged: readonly string[];
  readonly dataDir: string;
  /** Stops the stack and deletes its data. */
  stop(): Promise<void>;
}

/**
 * Which database the stacks of the tests use: with DYNAMODB_ENDPOINT set, all of them the one that answers there. The
 * name of a stack's table is made from the random seed of its data directory, so they do not meet.
 */
export function testDatabase(): Pick<StackOptions, 'dynamodbEndpoint'> {
  const { dynamodbEndpoint } = readSettings(process.env);
  return dynamodbEndpoint ? { dynamodbEndpoint } : {};
}

/** Deletes the table of a stack from a database that goes on without it; an embedded one is deleted with its data. */
export async function deleteTable({ outputs }: Stack): Promise<void> {
  const { dynamodbEndpoint } = testDatabase();
  if (!dynamodbEndpoint || outputs.dynamodbEndpoint !== dynamodbEndpoint) return;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint: dynamodbEndpoint, region: outputs.region, credentials });
  try {
    await client.send(new DeleteTableCommand({ TableName: outputs.tableName }));
  } catch (error) {
    // An earlier stack on the same data had the same table.
    if (!(error instanceof ResourceNotFoundException)) throw error;
  } finally {
    client.destroy();
  }
}

/**
 * Starts the synthesized stack on a free port, with data of its own. The app is synthesized once in a test run.
 *
 *     let api: TestStack;
 *     beforeAll(async () => { api = await withStack(); });
 *     afterAll(() => api?.stop());
 */
export async function withStack(options: Partial<StackOptions> = {}): Promise<TestStack> {
  // Settings of its own make a template of its own.
  const shared = options.context ? {} : { assemblyDir: await synthesizeOnce(inject('runDir')) };
  const dataDir = await mkdtemp(join(tmpdir(), 'evently-'));
  const logged: string[] = [];
  const log = (line: string) => logged.push(line);
  const stack = await startStack({ port: 0, dataDir, log, ...testDatabase(), ...shared, ...options });
  return {
    ...createClient(stack.outputs),
    stack,
    logged,
    dataDir,
    stop: async () => {
      await stack.stop();
      await deleteTable(stack);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
