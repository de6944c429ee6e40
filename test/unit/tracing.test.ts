import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';

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

describe('a call of the database', () => {
  /** Answers each call with the next one. */
  const answers: { status: number; body: object }[] = [];
  const service = createServer((request, response) => {
    request.resume().once('end', () => {
      const { status, body } = answers.shift() ?? { status: 200, body: {} };
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': 'r1' });
      response.end(JSON.stringify(body));
    });
  });
  let documentClient: DynamoDBDocumentClient;
  beforeAll(async () => {
    service.listen(0, '127.0.0.1');
    await once(service, 'listening');
    vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', `http://127.0.0.1:${(service.address() as AddressInfo).port}`);
    vi.stubEnv('AWS_REGION', 'eu-central-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
    documentClient = (await import('../../functions/store/client.ts')).documents;
  });
  afterAll(() => {
    documentClient.destroy();
    service.close();
  });

  const get = () =>
    documentClient.send(new GetCommand({ TableName: 'evently', Key: { pk: 'USER#ada', sk: 'PROFILE' } }));
  async function subsegmentOf(work: () => Promise<unknown>) {
    const traced = await loadTracing();
    vi.stubEnv('_X_AMZN_TRACE_ID', traceId(1));
    await traced('getProfile', work).catch(() => undefined);
    await vi.waitFor(() => expect(documents.some(({ name }) => name === '## getProfile')).toBe(true));
    // A document has what has ended until then.
    return documents
      .flatMap((one) => [one, ...((one.subsegments ?? []) as typeof documents)])
      .filter(({ name }) => name === 'DynamoDB');
  }

  test('is a subsegment once, with its table, its attempts and the id of the request, and no key', async () => {
    answers.push({ status: 500, body: { __type: 'InternalServerError' } });
    expect(await subsegmentOf(get)).toMatchObject([
      {
        namespace: 'aws',
        aws: { operation: 'GetItem', table_name: 'evently', request_id: 'r1', retries: 1 },
        http: { response: { status: 200 } },
      },
    ]);
    expect(JSON.stringify(documents)).not.toContain('ada');
  });

  test('that fails says the name of the error, and nothing of its message', async () => {
    answers.push({ status: 400, body: { __type: 'ResourceNotFoundException', message: 'of ada@example.com' } });
    expect(await subsegmentOf(get)).toMatchObject([
      { error: true, annotations: { error: 'ResourceNotFoundException' }, http: { response: { status: 400 } } },
    ]);
    expect(JSON.stringify(documents)).not.toContain('ada');
  });

  test('of a request without a trace is in none, also after one that had it', async () => {
    await subsegmentOf(get);
    documents.length = 0;
    vi.stubEnv('_X_AMZN_TRACE_ID', traceId(0));
    const traced = await loadTracing();
    expect(await traced('getProfile', get)).toMatchObject({ $metadata: { httpStatusCode: 200 } });
    expect(await subsegmentOf(async () => undefined)).toEqual([]);
    expect(documents).toHaveLength(1);
  });
});
