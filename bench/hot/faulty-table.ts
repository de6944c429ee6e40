import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { bundle } from '../../lib/bundle.ts';
import { entryPoints } from '../../lib/entry-points.ts';
import { createTables } from '../../local/dynamodb.ts';
import { startDynoxide } from '../../local/dynoxide.ts';
import { synthesize } from '../../local/synthesize.ts';
import { resolveTemplate } from '../../local/template.ts';
import { type FaultyProxy, startFaultyProxy } from '../../test/support/faulty-dynamodb/http-proxy.ts';
import { seededRandom } from '../../test/support/faulty-dynamodb/seeded-random.ts';
import { slowDown } from './slow-motion.ts';

const region = 'us-east-1';

interface Settings {
  readonly conflictWindowMs: number;
  readonly seed: number;
  /** How many times slower everything is. The window is given as it would be at 1. */
  readonly slowMotion: number;
}

export interface FaultyTable {
  readonly slowMotion: number;
  readonly proxy: FaultyProxy;
  /** Past the proxy: sees the table without any fault, and is not counted. */
  readonly client: DynamoDBClient;
  readonly tableName: string;
  /** The bundled functions, as they are deployed. */
  readonly functions: Readonly<Record<'admin' | 'booking', string>>;
  stop(): Promise<void>;
}

/**
 * The table of the template in an embedded database, behind a proxy that conflicts as DynamoDB does. Nothing reads its
 * stream, so it has none: workers would only take processor time from what is measured.
 *
 * From here on the environment of this process is that of a function.
 */
export async function startFaultyTable({ conflictWindowMs, seed, slowMotion }: Settings): Promise<FaultyTable> {
  await using parts = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'evently-hot-'));
  parts.defer(() => rm(directory, { recursive: true, force: true }));
  const { admin, booking } = entryPoints;
  const folders = bundle({ admin, booking }, join(directory, 'functions'));
  const files = { admin: join(folders.admin, 'index.mjs'), booking: join(folders.booking, 'index.mjs') };
  slowDown(files.booking, slowMotion);
  const { stackName, template } = await synthesize(join(directory, 'cdk.out'));
  const world = {
    region,
    accountId: '000000000000',
    stackName,
    apiUrl: 'http://127.0.0.1',
    sqsUrl: 'http://127.0.0.1',
  };
  const [table, ...others] = resolveTemplate(template, { ...world, id: (purpose) => purpose }).of(
    'AWS::DynamoDB::GlobalTable',
  );
  if (!table || others.length > 0) throw new Error('the template has to have one table');
  const { platform, arch } = process;
  const database = await startDynoxide(directory, { platform, arch, path: process.env.PATH ?? '' });
  parts.defer(() => database.stop());
  const { StreamSpecification: _stream, ...properties } = table.properties;
  await createTables([{ ...table, properties }], database.endpoint, region);
  // Units a second would be too many in slow motion; what throttles is asked elsewhere.
  const faults = { conflictWindowMs: conflictWindowMs * slowMotion };
  const proxy = await startFaultyProxy({ endpoint: database.endpoint, random: seededRandom(seed), faults });
  parts.defer(() => proxy.stop());
  Object.assign(process.env, {
    TABLE_NAME: table.ref,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_ENDPOINT_URL_DYNAMODB: proxy.endpoint,
    POWERTOOLS_LOG_LEVEL: 'SILENT',
  });
  const client = new DynamoDBClient({ endpoint: database.endpoint, region });
  parts.defer(() => client.destroy());
  const running = parts.move();
  return {
    proxy,
    client,
    tableName: table.ref,
    slowMotion,
    functions: files,
    stop: () => running.disposeAsync(),
  };
}
