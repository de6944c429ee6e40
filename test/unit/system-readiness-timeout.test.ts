import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test, vi } from 'vitest';

test('a part that never answers is named after two seconds', async () => {
  const silent = createServer(() => undefined).listen(0, '127.0.0.1');
  await new Promise((resolve) => silent.once('listening', resolve));
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(silent.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  vi.stubEnv('TABLE_NAME', 'the-table');
  vi.stubEnv('USER_POOL_ID', 'the-pool');
  vi.stubEnv('QUEUE_URLS', 'https://queue/one');
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT');
  // The clients read the settings when they are made.
  const { callSystem } = await import('../support/system-calls.ts');

  const startedMs = performance.now();
  const answer = await callSystem('GET /health/ready');
  expect(answer.json().parts).toEqual({ table: 'failed', queues: 'failed', userPool: 'failed' });
  expect(performance.now() - startedMs).toBeLessThan(3_000);
  silent.closeAllConnections();
  silent.close();
});
