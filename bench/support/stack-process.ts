import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from '../../local/settings.ts';
import { startStack } from '../../local/stack.ts';
import { StackError } from '../../local/stack-error.ts';

// Entry point of the child process of throw-away-stack.ts: a stack that lives as long as its parent keeps the channel.

// Ctrl-C reaches the whole group; the parent is the one that ends this process.
process.on('SIGINT', () => undefined);
const parent = Promise.withResolvers<void>();
process.once('disconnect', () => parent.resolve());

const dataDir = mkdtempSync(join(tmpdir(), 'evently-'));
try {
  const context = JSON.parse(process.argv[2] ?? '{}') as Record<string, unknown>;
  const { dynamodbEndpoint } = readSettings(process.env);
  const other = dynamodbEndpoint ? { dynamodbEndpoint } : {};
  const log = (line: string) => process.stderr.write(`${line}\n`);
  const stack = await startStack({ port: 0, dataDir, context, ...other, log });
  process.send?.({ outputs: stack.outputs });
  await parent.promise;
  await stack.stop();
} catch (error) {
  if (!(error instanceof StackError)) throw error;
  process.send?.({ fault: error.message });
  process.exitCode = 1;
  process.disconnect?.();
} finally {
  rmSync(dataDir, { recursive: true, force: true });
}
