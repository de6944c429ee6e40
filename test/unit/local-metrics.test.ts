import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readEmf } from '../../local/emf.ts';
import { createMetrics } from '../../local/metrics.ts';
import { withMetricsPage } from '../../local/metrics-page.ts';
import { readable } from '../../local/readable-log.ts';

const emf = (operation: string, metrics: Record<string, [unit: string, value: number | number[]]>) =>
  JSON.stringify({
    _aws: {
      Timestamp: 1,
      CloudWatchMetrics: [
        {
          Namespace: 'Evently',
          Dimensions: [['service', 'stage', 'operation']],
          Metrics: Object.entries(metrics).map(([Name, [Unit]]) => ({ Name, Unit })),
        },
      ],
    },
    service: 'booking',
    stage: 'local',
    operation,
    requestId: 'r1',
    ...Object.fromEntries(Object.entries(metrics).map(([name, [, value]]) => [name, value])),
  });

async function textOf(...lines: string[]): Promise<string> {
  const metrics = createMetrics();
  for (const line of lines) for (const datum of readEmf(line)) metrics.add(datum);
  return metrics.text();
}

test('counts become counters, with the dimensions for labels', async () => {
  const text = await textOf(
    emf('createBooking', { TicketsSold: ['Count', 2] }),
    emf('createBooking', { TicketsSold: ['Count', [3, 4]] }),
    emf('confirmBooking', { TicketsSold: ['Count', 1] }),
  );
  expect(text).toContain('# TYPE evently_tickets_sold_total counter');
  expect(text).toContain('evently_tickets_sold_total{service="booking",stage="local",operation="createBooking"} 9');
  expect(text).toContain('evently_tickets_sold_total{service="booking",stage="local",operation="confirmBooking"} 1');
  expect(text).not.toContain('r1');
});

test('times become histograms in seconds', async () => {
  const text = await textOf(emf('getEvent', { Latency: ['Milliseconds', 40] }));
  expect(text).toContain('# TYPE evently_latency_seconds histogram');
  expect(text).toMatch(/evently_latency_seconds_bucket\{le="0.025",[^}]*\} 0/);
  expect(text).toMatch(/evently_latency_seconds_bucket\{le="0.05",[^}]*\} 1/);
  expect(text).toMatch(/evently_latency_seconds_sum\{[^}]*\} 0.04/);
});

test('a line that CloudWatch would drop is an error', () => {
  expect(() => readEmf('{"_aws":{}}')).toThrow();
  const line = JSON.parse(emf('x', { Latency: ['Milliseconds', 1] }));
  expect(() => readEmf(JSON.stringify({ ...line, stage: undefined }))).toThrow();
  expect(() => readEmf(JSON.stringify({ ...line, Latency: 'fast' }))).toThrow();
});

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'evently-metrics-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

test('the page reads on where it was, and waits for the rest of a line', async () => {
  const logFile = join(directory, 'functions.log');
  await appendFile(logFile, `${emf('before', { Bookings: ['Count', 1] })}\n`);
  const complaints: string[] = [];
  type Handle = Parameters<Parameters<typeof withMetricsPage>[0]['handleWith']>[0];
  let handle: Handle | undefined;
  const server = {
    url: '',
    handleWith: (given: Handle) => {
      handle = given;
    },
    stop: async () => undefined,
  };
  const api = { status: 204, headers: {}, body: '' };
  withMetricsPage(server, { logFile, log: (line) => complaints.push(line) }).handleWith(async () => api);
  const get = async (method: string, path: string) => {
    const answer = await handle?.({ method, path } as Parameters<Handle>[0]);
    return answer ?? api;
  };
  const line = `${emf('createBooking', { Bookings: ['Count', 1] })}\n`;

  await appendFile(logFile, `{"level":"WARN"}\n${line}${line.slice(0, 40)}`);
  const [first, again] = await Promise.all([get('GET', '/local/metrics'), get('GET', '/local/metrics')]);
  expect(first.body).toMatch(/evently_bookings_total\{.*createBooking.*\} 1\n/);
  expect(first.body).not.toContain('before');
  expect(again.body).toBe(first.body);
  await appendFile(logFile, line.slice(40));
  expect((await get('GET', '/local/metrics')).body).toMatch(/evently_bookings_total\{.*\} 2\n/);
  await appendFile(logFile, '{"_aws":{}}\n');
  await get('GET', '/local/metrics');
  expect(complaints).toHaveLength(1);
  expect(await get('POST', '/local/metrics')).toBe(api);
  expect(await get('GET', '/events')).toBe(api);
});

const logged = {
  level: 'ERROR',
  timestamp: '2026-11-21T07:40:00.123Z',
  message: 'request failed',
  service: 'booking',
  operation: 'createBooking',
  requestId: 'r1',
  lambdaRequestId: 'l1',
  coldStart: false,
  attempts: 3,
  error: { name: 'Error', message: 'no', stack: '    at a (b:1:2)', cause: { name: 'TypeError', message: 'why' } },
};

test('the terminal shows time, level, operation, request and message of a line, and what failed', () => {
  expect(readable(JSON.stringify(logged))).toBe(
    [
      '07:40:00.123  ERROR  createBooking  r1  request failed attempts=3',
      '    Error: no',
      '      at a (b:1:2)',
      '    because of TypeError: why',
    ].join('\n'),
  );
  expect(readable(JSON.stringify(logged), { color: true })).toContain('\u001b[31mERROR\u001b[0m');
});

test('it shows text that is not of the logger as it is, and no metrics', () => {
  expect(readable('Evently-local-x: the function ended its process')).toContain('ended its process');
  expect(readable('{"not": "finished')).toBe('{"not": "finished');
  expect(readable('{"a":1}')).toBe('{"a":1}');
  expect(readable(emf('x', { Latency: ['Milliseconds', 1] }))).toBeUndefined();
});
