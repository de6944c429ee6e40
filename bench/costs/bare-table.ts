import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTables } from '../../local/dynamodb.ts';
import { startDynoxide } from '../../local/dynoxide.ts';
import { synthesize } from '../../local/synthesize.ts';
import { resolveTemplate } from '../../local/template.ts';

const region = 'us-east-1';

/**
 * The table of the stack, empty, with nothing behind it: what is counted does not depend on what workers do meanwhile.
 * From here on the environment of this process is that of a function; what speaks DynamoDB has to be imported after it.
 */
export async function startBareTable(): Promise<{ stop(): Promise<void> }> {
  await using parts = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'evently-costs-'));
  parts.defer(() => rm(directory, { recursive: true, force: true }));
  const { stackName, template } = await synthesize(join(directory, 'cdk.out'));
  const world = {
    region,
    accountId: '000000000000',
    stackName,
    apiUrl: 'http://127.0.0.1',
    sqsUrl: 'http://127.0.0.1',
  };
  const [table] = resolveTemplate(template, { ...world, id: (purpose) => purpose }).of('AWS::DynamoDB::GlobalTable');
  if (!table) throw new Error('the template has no table');
  const { platform, arch } = process;
  const database = await startDynoxide(directory, { platform, arch, path: process.env.PATH ?? '' });
  parts.defer(() => database.stop());
  const { StreamSpecification: _stream, ...properties } = table.properties;
  await createTables([{ ...table, properties }], database.endpoint, region);
  Object.assign(process.env, {
    TABLE_NAME: table.ref,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    HOLD_TTL_SECONDS: '600',
    QUEUE_URLS: 'http://127.0.0.1/one',
    DEAD_LETTER_QUEUES: 'notify worker http://127.0.0.1/dead http://127.0.0.1/one',
    USER_POOL_ID: 'us-east-1_bench',
    USER_POOL_CLIENT_ID: 'bench',
    SERVICE_VERSION: '0',
  });
  const running = parts.move();
  return { stop: () => running.disposeAsync() };
}
