import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { bundle } from '../../lib/bundle.ts';
import { entryPoints } from '../../lib/entry-points.ts';
import { type FaultyProxy, startFaultyProxy } from '../../test/support/faulty-dynamodb/http-proxy.ts';
import { seededRandom } from '../../test/support/faulty-dynamodb/seeded-random.ts';
import { startBareTable } from '../support/bare-table.ts';
import { slowDown } from './slow-motion.ts';

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
 * The table of the template in an embedded database, behind a proxy that conflicts as DynamoDB does, without
 * workers, which would only take processor time from what is measured.
 *
 * From here on the environment of this process is that of a function.
 */
export async function startFaultyTable({ conflictWindowMs, seed, slowMotion }: Settings): Promise<FaultyTable> {
  await using parts = new AsyncDisposableStack();
  const table = await startBareTable();
  parts.defer(() => table.stop());
  const { admin, booking } = entryPoints;
  const folders = bundle({ admin, booking }, join(table.directory, 'functions'));
  const files = { admin: join(folders.admin, 'index.mjs'), booking: join(folders.booking, 'index.mjs') };
  slowDown(files.booking, slowMotion);
  // Units a second would be too many in slow motion; what throttles is asked elsewhere.
  const faults = { conflictWindowMs: conflictWindowMs * slowMotion };
  const proxy = await startFaultyProxy({ endpoint: table.endpoint, random: seededRandom(seed), faults });
  parts.defer(() => proxy.stop());
  Object.assign(process.env, {
    TABLE_NAME: table.tableName,
    AWS_REGION: table.region,
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_ENDPOINT_URL_DYNAMODB: proxy.endpoint,
    POWERTOOLS_LOG_LEVEL: 'SILENT',
  });
  const client = new DynamoDBClient({ endpoint: table.endpoint, region: table.region });
  parts.defer(() => client.destroy());
  const running = parts.move();
  return {
    proxy,
    client,
    tableName: table.tableName,
    slowMotion,
    functions: files,
    stop: () => running.disposeAsync(),
  };
}
