import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { workers } from '../../lib/workers.ts';
import { only, type Resource, resources, synthesize, target } from './synthesized.ts';

const template = synthesize();
const alarms = Object.values(resources(template, 'AWS::CloudWatch::Alarm'));
const of = (entry: string) => alarms.filter(({ Properties }) => Properties.AlarmDescription.startsWith(entry));
const idsOf = (type: string) => Object.keys(resources(template, type)).sort();
const watchedBy = (found: readonly Resource[]) =>
  found.map(({ Properties: { Dimensions, Metrics } }) => target(Dimensions ?? Metrics)).sort();
const queueIds = idsOf('AWS::SQS::Queue');
const isDeadLetters = (id: string) => id.includes('DeadLetters') || id.includes('Undelivered');

describe('every alarm', () => {
  test('has its entry in docs/operations.md, and every entry has an alarm', () => {
    const text = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
    const [, section = ''] = /^## Alarms$(.*?)(?=^## |(?![\s\S]))/ms.exec(text) ?? [];
    const entries = [...section.matchAll(/^### (.+)$/gm)].map(([, entry]) => entry);
    const named = alarms.map(
      ({ Properties }) => / docs\/operations\.md, "(.+)"\.$/.exec(Properties.AlarmDescription)?.[1],
    );
    expect([...new Set(named)].sort()).toEqual(entries.sort());
    expect(entries.length).toBeGreaterThan(8);
  });

  test('takes two bad minutes out of three, and silence is no trouble', () => {
    for (const { Properties } of alarms) {
      expect(Properties).toMatchObject({
        EvaluationPeriods: 3,
        DatapointsToAlarm: 2,
        TreatMissingData: 'notBreaching',
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      });
      const metrics: { MetricStat?: { Period: number } }[] = Properties.Metrics ?? [];
      const periods = metrics.flatMap(({ MetricStat }) => MetricStat?.Period ?? []);
      expect(new Set(Properties.Period ? [Properties.Period] : periods)).toEqual(new Set([60]));
    }
  });

  test('tells the topic when it begins and when it is over', () => {
    const [topicId] = idsOf('AWS::SNS::Topic');
    for (const { Properties } of alarms) {
      expect(Properties.AlarmActions.map(target)).toEqual([topicId]);
      expect(Properties.OKActions.map(target)).toEqual([topicId]);
    }
  });

  test('is about something else than any other', () => {
    const about = alarms.map(({ Properties: { AlarmDescription: _text, ...rest } }) => JSON.stringify(rest));
    expect(new Set(about).size).toBe(alarms.length);
  });
});

describe('there is an alarm', () => {
  test('for every dead-letter queue, of a pipe too, from the first message on', () => {
    expect(watchedBy(of('Dead letters'))).toEqual(queueIds.filter(isDeadLetters));
    for (const { Properties } of of('Dead letters')) expect(Properties.Threshold).toBe(1);
  });

  test('for the oldest message of every other queue, which may be as old as the queue delays it and five minutes', () => {
    expect(watchedBy(of('Old messages'))).toEqual(queueIds.filter((id) => !isDeadLetters(id)));
    for (const { Properties } of of('Old messages')) {
      const queue = resources(template, 'AWS::SQS::Queue')[target(Properties.Dimensions) ?? ''];
      expect(Properties.Threshold).toBe((queue?.Properties.DelaySeconds ?? 0) + 300);
    }
    expect(of('Old messages: expire-hold')[0]?.Properties.Threshold).toBe(900);
  });

  test('for every pipe and rule that cannot deliver', () => {
    const parts = [...idsOf('AWS::Pipes::Pipe'), ...idsOf('AWS::Events::Rule')].sort();
    // The dimensions of a rule name its bus too.
    const about = of('Change feed errors').map(({ Properties: { Dimensions, Metrics } }) => {
      const text = JSON.stringify(Dimensions ?? Metrics);
      return parts.filter((id) => text.includes(`"${id}"`));
    });
    expect(about.flat().sort()).toEqual(parts);
    expect(about.every((named) => named.length === 1)).toBe(true);
  });

  test('for changes that take long to every worker', () => {
    const operations = of('Change feed lag').map(
      ({ Properties }) =>
        Properties.Dimensions.find(({ Name }: { Name: string }) => Name === 'operation').Value as string,
    );
    expect(operations.sort()).toEqual([...workers].sort());
  });

  test('for errors and throttles of every function', () => {
    const functions = idsOf('AWS::Lambda::Function');
    expect(watchedBy(of('Function errors'))).toEqual(functions);
    expect(watchedBy(of('Function throttles'))).toEqual(functions);
  });

  test.each(['API errors', 'API latency', 'Booking conflicts', 'Table throttles'])('%s', (entry) => {
    expect(of(entry)).toHaveLength(1);
  });

  test('for the share of bookings that met another: conflicts of createBooking by its requests', () => {
    const metrics: { MetricStat?: { Metric: object; Stat: string } }[] = of('Booking conflicts')[0]?.Properties.Metrics;
    const stats = metrics.flatMap(({ MetricStat }) => MetricStat ?? []);
    const Dimensions = [
      { Name: 'operation', Value: 'createBooking' },
      { Name: 'service', Value: 'booking' },
      { Name: 'stage', Value: 'dev' },
    ];
    expect(stats).toMatchObject([
      { Metric: { Namespace: 'Evently', MetricName: 'Conflicts', Dimensions }, Stat: 'Sum' },
      { Metric: { Namespace: 'Evently', MetricName: 'Latency', Dimensions }, Stat: 'SampleCount' },
    ]);
  });
});

describe('for attempts to sign in that were let through uncounted there is an alarm', () => {
  const { Metrics = [], Threshold } = of('Rate limiter faults')[0]?.Properties ?? {};
  interface Stat {
    readonly Metric: { readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[] };
  }
  const stats: Stat[] = Metrics.flatMap(({ MetricStat }: { MetricStat?: Stat }) => MetricStat ?? []);

  test('which adds up the faults of every operation that counts attempts', () => {
    const entry = readFileSync(new URL('../../functions/entry/account.ts', import.meta.url), 'utf8');
    const counted = [...entry.matchAll(/(\w+): limited\(/g)].map(([, operation]) => operation);
    expect(counted.length).toBeGreaterThan(2);
    const metrics = counted.sort().map((operation) => ({
      Metric: {
        Namespace: 'Evently',
        MetricName: 'RateLimiterFaults',
        Dimensions: [
          { Name: 'operation', Value: operation },
          { Name: 'service', Value: 'account' },
          { Name: 'stage', Value: 'dev' },
        ],
      },
      Period: 60,
      Stat: 'Sum',
    }));
    const operationOf = ({ Metric }: Stat) => Metric.Dimensions[0]?.Value ?? '';
    expect(stats.toSorted((one, other) => (operationOf(one) < operationOf(other) ? -1 : 1))).toEqual(metrics);
    const sum = JSON.stringify(Metrics);
    for (const operation of counted) expect(sum).toContain(`FILL(${operation}, 0)`);
    expect(Threshold).toBe(5);
  });
});

test('every metric of the service that is looked at is counted or measured, and is in docs/operations.md', () => {
  const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  const made = read('functions/shared/counters.ts') + read('functions/shared/metrics.ts');
  const text = JSON.stringify(template.toJSON());
  const ofAlarms = alarms.flatMap(({ Properties: { Metrics, ...single } }) =>
    [single, ...(Metrics ?? []).map(({ MetricStat }: { MetricStat?: { Metric: object } }) => MetricStat?.Metric ?? {})]
      .filter(({ Namespace }) => Namespace === 'Evently')
      .map(({ MetricName }) => MetricName as string),
  );
  const ofDashboard = [...text.matchAll(/MetricName=[\\"]+(\w+)/g)].map(([, name = '']) => name);
  expect(ofAlarms.length).toBeGreaterThan(5);
  expect(ofDashboard.length).toBeGreaterThan(15);
  for (const name of new Set([...ofAlarms, ...ofDashboard])) {
    expect(made).toContain(`'${name}'`);
    expect(read('docs/operations.md')).toMatch(new RegExp(`^\\|.*\`${name}\`.*\\|`, 'm'));
  }
});

describe('the topic of the alarms', () => {
  const alarmsMay = (statements: { Effect: string; Principal: { Service?: string } }[]) =>
    statements.filter(
      ({ Effect, Principal }) => Effect === 'Allow' && Principal.Service === 'cloudwatch.amazonaws.com',
    );

  test('is encrypted with a key that rotates and that alarms may use', () => {
    const key = only(template, 'AWS::KMS::Key').Properties;
    expect(key.EnableKeyRotation).toBe(true);
    expect(target(only(template, 'AWS::SNS::Topic').Properties.KmsMasterKeyId)).toBe(idsOf('AWS::KMS::Key')[0]);
    expect(alarmsMay(key.KeyPolicy.Statement)).toMatchObject([{ Action: ['kms:Decrypt', 'kms:GenerateDataKey*'] }]);
  });

  test('takes messages over TLS only, and from the alarms of this account', () => {
    const statements = only(template, 'AWS::SNS::TopicPolicy').Properties.PolicyDocument.Statement;
    expect(statements).toContainEqual(
      expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    );
    expect(alarmsMay(statements)).toMatchObject([
      { Action: 'sns:Publish', Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } } },
    ]);
  });

  test('has a subscriber where an address is given', () => {
    expect(resources(template, 'AWS::SNS::Subscription')).toEqual({});
    const made = synthesize({ alarmEmail: 'on-call@example.com' });
    expect(only(made, 'AWS::SNS::Subscription').Properties).toMatchObject({
      Protocol: 'email',
      Endpoint: 'on-call@example.com',
    });
    expect(() => synthesize({ alarmEmail: 'nobody' })).toThrow(/alarmEmail/);
  });
});

test('the dashboard shows sales, contention, limits, latencies, queues, dead letters, the feed, the table and concurrency', () => {
  const body = JSON.stringify(only(template, 'AWS::CloudWatch::Dashboard').Properties.DashboardBody);
  const shown = [
    'TicketsSold',
    'SoldOut',
    'Conflicts',
    'RateLimited',
    'RateLimiterFaults',
    ...['p50', 'p95', 'p99'].map(
      (statistic) => `MetricName=\\\\\\"Latency\\\\\\" stage=\\\\\\"dev\\\\\\"', '${statistic}'`,
    ),
    'ApproximateAgeOfOldestMessage',
    'ApproximateNumberOfMessagesVisible',
    'ExecutionFailed',
    'FeedLag',
    'WriteThrottleEvents',
    'TransactionConflict',
    'ConcurrentExecutions',
  ];
  for (const text of shown) expect(body).toContain(text);
});
