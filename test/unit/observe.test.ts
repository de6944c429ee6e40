import type { Context, SQSEvent } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import type { HttpEvent } from '../../functions/shared/read-request.ts';

const context = { awsRequestId: 'lambda-1', getRemainingTimeInMillis: () => 5_000 } as Context;
const written: string[] = [];

beforeEach(() => {
  written.length = 0;
  vi.resetModules();
  vi.stubEnv('POWERTOOLS_METRICS_NAMESPACE', 'Evently');
  vi.stubEnv('STAGE', 'test');
  vi.stubEnv('LOG_SALT', 'salt');
  vi.stubEnv('AWS_LAMBDA_INITIALIZATION_TYPE', 'on-demand');
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** The lines of metrics so far. */
const lines = () => written.filter((text) => text.startsWith('{"_aws"')).map((text) => JSON.parse(text));

describe('a request', () => {
  async function makeHandler(listBookings: () => Promise<{ status: 200; body: { items: [] } }>) {
    vi.stubEnv('POWERTOOLS_SERVICE_NAME', 'booking');
    const { httpHandler } = await import('../../functions/shared/http-handler.ts');
    const handlers = { listBookings } as unknown as Parameters<typeof httpHandler<'booking'>>[1];
    const handler = httpHandler('booking', handlers, { guard: (_operation, _event, work) => work() });
    return (routeKey = 'GET /bookings') =>
      handler(
        {
          routeKey,
          rawPath: '/bookings',
          headers: {},
          requestContext: {
            requestId: 'request-1',
            http: { method: 'GET', sourceIp: '192.0.2.1' },
            authorizer: { jwt: { claims: { sub: 'user-1', token_use: 'access' } } },
          },
        } as unknown as HttpEvent,
        context,
      );
  }
  const nothing = async () => ({ status: 200 as const, body: { items: [] as [] } });

  test('is one line of metrics, with service, stage and operation for its only dimensions', async () => {
    const call = await makeHandler(nothing);
    await call();
    expect(lines()).toHaveLength(1);
    const [line] = lines();
    expect(line._aws.CloudWatchMetrics).toHaveLength(1);
    expect(line._aws.CloudWatchMetrics[0].Namespace).toBe('Evently');
    expect(line._aws.CloudWatchMetrics[0].Dimensions.map((names: string[]) => names.sort())).toEqual([
      ['operation', 'service', 'stage'],
    ]);
    expect(line).toMatchObject({
      service: 'booking',
      stage: 'test',
      operation: 'listBookings',
      requestId: 'request-1',
    });
    expect(line.Latency).toBeGreaterThanOrEqual(0);
  });

  test('tells its status, and the person by a hash that is not the id', async () => {
    const call = await makeHandler(nothing);
    await call();
    const { hashUser } = await import('../../functions/shared/hash-user.ts');
    expect(lines()[0]).toMatchObject({ status: '200', user: hashUser('user-1') });
    expect(written.join()).not.toContain('user-1');
    vi.stubEnv('LOG_SALT', 'of another stage');
    expect(lines()[0].user).not.toBe(hashUser('user-1'));
  });

  test('counts the cold start of an instance once', async () => {
    const call = await makeHandler(nothing);
    await call();
    await call();
    expect(lines().map(({ ColdStarts }) => ColdStarts)).toEqual([1, undefined]);
  });

  test('tells what the store counted, and none of it again', async () => {
    const counters = await import('../../functions/shared/counters.ts');
    const call = await makeHandler(async () => {
      counters.count('Conflicts');
      counters.count('Conflicts');
      return nothing();
    });
    await call();
    expect(lines()[0].Conflicts).toBe(2);
    counters.takeCounts();
    await call();
    expect(lines()[1].Conflicts).toBe(2);
  });

  test('that found no seats is counted as sold out, and one that gave up as busy', async () => {
    const errors = await import('../../functions/domain/errors.ts');
    const refuse = await makeHandler(async () => {
      throw new errors.DomainError('sold-out', 'No tickets are left.', { available: 0, waitlist: true });
    });
    await refuse();
    expect(lines()[0]).toMatchObject({ SoldOut: 1, status: '409', code: 'sold-out' });
    const giveUp = await makeHandler(async () => {
      throw new errors.DomainError('busy', 'Try again.', { retryAfterSeconds: 1 });
    });
    await giveUp();
    expect(lines()[1]).toMatchObject({ Busy: 1, status: '503', code: 'busy' });
  });

  test('that failed for a fault of ours is a line with its status, too', async () => {
    const fail = await makeHandler(async () => {
      throw new Error('a bug');
    });
    await fail();
    expect(lines()[0]).toMatchObject({ status: '500', code: 'internal' });
  });

  test('of a route that is in no operation makes no metric of its path', async () => {
    const call = await makeHandler(nothing);
    await call('GET /a/path/of/somebody');
    expect(lines()[0]).toMatchObject({ operation: 'unknownRoute', status: '404' });
  });

  test('publishes nothing where the stack gave no namespace', async () => {
    vi.stubEnv('POWERTOOLS_METRICS_NAMESPACE', '');
    const call = await makeHandler(nothing);
    await call();
    expect(lines()).toEqual([]);
  });
});

describe('a batch', () => {
  const record = (messageId: string, body: unknown, sentAt: number) => ({
    messageId,
    body: JSON.stringify(body),
    attributes: { SentTimestamp: String(sentAt) },
    eventSource: 'aws:sqs',
  });

  test('is one line: messages, those that failed, and the time from the oldest commit to the queue', async () => {
    vi.stubEnv('POWERTOOLS_SERVICE_NAME', 'notify');
    const { queueHandler } = await import('../../functions/shared/queue-handler.ts');
    const handler = queueHandler(z.object({ fails: z.boolean() }), async ({ fails }) => {
      if (fails) throw new Error('no');
    });
    const changed = (fails: boolean, at: number) => ({ fails, dynamodb: { ApproximateCreationDateTime: at } });
    const event = {
      Records: [
        record('a', changed(false, 1_700_000_000), 1_700_000_002_500),
        record('b', changed(true, 1_700_000_001), 1_700_000_001_200),
      ],
    } as unknown as SQSEvent;
    await handler(event, context);
    expect(lines()).toHaveLength(1);
    expect(lines()[0]).toMatchObject({
      service: 'notify',
      operation: 'notify',
      Messages: 2,
      FailedMessages: 1,
      FeedLag: 2_500,
    });
  });
});
