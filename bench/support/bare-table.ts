import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTables } from '../../local/dynamodb.ts';
import { startDynoxide } from '../../local/dynoxide.ts';
import { synthesize } from '../../local/synthesize.ts';
import { resolveTemplate } from '../../local/template.ts';

export interface BareTable {
  readonly endpoint: string;
  readonly tableName: string;
  readonly region: string;
  /** Goes with the table. */
  readonly directory: string;
  stop(): Promise<void>;
}

const region = 'us-east-1';

/**
 * The table of the template in an embedded database, empty, with nothing behind it. Nothing reads its stream, so it has
 * none: what is measured does not depend on what workers do meanwhile.
 */
export async function startBareTable(): Promise<BareTable> {
  await using parts = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'evently-bare-'));
  parts.defer(() => rm(directory, { recursive: true, force: true }));
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
  const running = parts.move();
  return { endpoint: database.endpoint, tableName: table.ref, region, directory, stop: () => running.disposeAsync() };
}
