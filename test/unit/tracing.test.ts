import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';

/** Takes the place of the X-Ray daemon that Lambda runs beside a function. */
let daemon: Socket;
const documents: Record<string, unknown>[] = [];

beforeAll(async () => {
  daemon = createSocket('udp4', (message) => {
    const [, document] = message.toString().split('\n');
    documents.push(JSON.parse(document ?? ''));
  });
  daemon.bind(0, '127.0.0.1');
  await once(daemon, 'listening');
  vi.stubEnv('AWS_XRAY_DAEMON_ADDRESS', `127.0.0.1:${daemon.address().port}`);
  vi.stubEnv('LAMBDA_TASK_ROOT', '/var/task');
  vi.stubEnv('AWS_EXECUTION_ENV', 'AWS_Lambda_nodejs24.x');
  vi.stubEnv('POWERTOOLS_SERVICE_NAME', 'booking');
});
beforeEach(() => {
  documents.length = 0;
});
afterAll(() => {
  vi.unstubAllEnvs();
  daemon.close();
});

const traceId = (sampled: 0 | 1) =>
  `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=${sampled}`;
const loadTracing = async () => (await import('../../functions/shared/tracing.ts')).traced;

test('a request without a trace does not load the X-Ray SDK', async () => {
  const traced = await loadTracing();
  vi.doMock('#x-ray', () => {
    throw new Error('the X-Ray SDK was loaded');
  });
  for (const header of ['', traceId(0)]) {
    vi.stubEnv('_X_AMZN_TRACE_ID', header);
    expect(await traced('createBooking', async () => 'done')).toBe('done');
  }
  vi.doUnmock('#x-ray');
});

test('a request with a trace is a subsegment that can be searched by operation', async () => {
  const traced = await loadTracing();
  vi.stubEnv('_X_AMZN_TRACE_ID', traceId(1));
  expect(await traced('createBooking', async () => 'done')).toBe('done');
  await vi.waitFor(() => expect(documents).toHaveLength(1));
  expect(documents[0]).toMatchObject({
    name: '## createBooking',
    trace_id: '1-5759e988-bd862e3fe1be46a994272793',
    annotations: { operation: 'createBooking', Service: 'booking' },
  });
});

test('one that fails is marked with the name of the error, and nothing of its message', async () => {
  const traced = await loadTracing();
  vi.stubEnv('_X_AMZN_TRACE_ID', traceId(1));
  const failing = traced('login', async () => Promise.reject(new TypeError('of ada@example.com')));
  await expect(failing).rejects.toThrow(TypeError);
  await vi.waitFor(() => expect(documents).toHaveLength(1));
  expect(documents[0]).toMatchObject({ error: true, annotations: { error: 'TypeError' } });
  expect(JSON.stringify(documents)).not.toContain('ada');
});
