import { Duration } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Alarm, ComparisonOperator, type IMetric, MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { CfnQueue, Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { OperationId } from '../../functions/api/contract.ts';
import { period, pipeMetric, ruleFailures, type ServiceMetric, serviceMetric } from '../service-metrics.ts';
import { replayWorker } from '../workers.ts';
import type { AlarmTopic } from './alarm-topic.ts';
import type { WatchedParts } from './watched.ts';

export interface AlarmsProps {
  readonly stage: string;
  readonly parts: WatchedParts;
  readonly api: HttpApi;
  readonly table: ITableV2;
  readonly topic: AlarmTopic;
}

interface AlarmSpec {
  /** The entry in docs/operations.md that says what to do. */
  readonly entry: string;
  /** What it is about, where the stack has several of its kind. */
  readonly part?: string;
  readonly metric: IMetric;
  /** The metric's value from which on something is wrong. */
  readonly threshold: number;
}

/** From how many requests a minute on a rate says something. */
const enough = 20;
/** Operations that count their attempts, and let people in where they cannot. */
const countedSignIns = ['register', 'confirmRegistration', 'login'] as const;
/** What a queue's oldest message may wait beyond the queue's own delay. */
const patience = Duration.minutes(5);

/** What somebody has to look at. Each alarm needs two bad minutes out of three. */
export class Alarms extends Construct {
  public readonly all: readonly Alarm[];

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const action = new SnsAction(props.topic.topic);
    const specs = [...queueAlarms(props), ...feedAlarms(props), ...requestAlarms(props), ...tableAlarms(props)];
    this.all = specs.map((spec) => {
      const alarm = this.addAlarm(spec);
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
      return alarm;
    });
  }

  private addAlarm({ entry, part, metric, threshold }: AlarmSpec): Alarm {
    const title = part ? `${entry}: ${part}` : entry;
    return new Alarm(this, alarmId(title), {
      alarmDescription: `${title}. What to do: docs/operations.md, "${entry}".`,
      metric,
      threshold,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 3,
      datapointsToAlarm: 2,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}

/** The id of the alarm with a title. */
export function alarmId(title: string): string {
  return title.replaceAll(/[^\w-]+/g, ' ');
}

function queueAlarms({ parts }: AlarmsProps): AlarmSpec[] {
  const deadLetters = parts.deadLetterQueues.map(({ name, part }) => ({
    entry: 'Dead letters',
    part: name,
    metric: part.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', period }),
    threshold: 1,
  }));
  const oldest = parts.queues.map(({ name, part }) => ({
    entry: 'Old messages',
    part: name,
    metric: part.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum', period }),
    threshold: delaySeconds(part) + patience.toSeconds(),
  }));
  return [...deadLetters, ...oldest];
}

/** A message that is meant to wait has its age from the moment at which it was sent. */
function delaySeconds({ node }: Queue): number {
  return (node.defaultChild as CfnQueue).delaySeconds ?? 0;
}

function feedAlarms({ stage, parts }: AlarmsProps): AlarmSpec[] {
  const pipes = parts.pipes.map(({ name, part }) => {
    const failed = pipeMetric('ExecutionFailed', part.ref);
    const timedOut = pipeMetric('ExecutionTimeout', part.ref);
    const throttled = pipeMetric('ExecutionThrottled', part.ref);
    const usingMetrics = { failed, timedOut, throttled };
    const metric = new MathExpression({ expression: 'failed + timedOut + throttled', usingMetrics, period });
    return { entry: 'Change feed errors', part: name, metric, threshold: 1 };
  });
  const rules = parts.rules.map(({ name, part }) => ({
    entry: 'Change feed errors',
    part: name,
    metric: ruleFailures(part),
    threshold: 1,
  }));
  // The metric IteratorAge is of functions that read a stream themselves; pipes have none.
  // What is sent again is late already.
  const fed = parts.queues.filter(({ name }) => name !== replayWorker);
  const lags = fed.map(({ name }) => ({
    entry: 'Change feed lag',
    part: name,
    metric: serviceMetric('FeedLag', { stage, operation: name, statistic: 'Maximum' }),
    threshold: Duration.minutes(1).toMilliseconds(),
  }));
  return [...pipes, ...rules, ...lags];
}

function requestAlarms({ stage, parts, api }: AlarmsProps): AlarmSpec[] {
  const requests = api.metricCount({ statistic: 'Sum', period });
  const bookings = { stage, operation: 'createBooking' } as const;
  const functions = parts.functions.flatMap(({ name, part }) => [
    { entry: 'Function errors', part: name, metric: part.metricErrors({ statistic: 'Sum', period }), threshold: 1 },
    {
      entry: 'Function throttles',
      part: name,
      metric: part.metricThrottles({ statistic: 'Sum', period }),
      threshold: 1,
    },
  ]);
  return [
    {
      entry: 'API errors',
      metric: percentage(api.metricServerError({ statistic: 'Sum', period }), requests),
      threshold: 1,
    },
    {
      entry: 'API latency',
      metric: whereEnough(api.metricLatency({ statistic: 'p99', period }), requests),
      threshold: Duration.seconds(2).toMilliseconds(),
    },
    {
      entry: 'Booking failures',
      metric: together('Failures', ['createBooking', 'confirmBooking'], stage),
      threshold: 3,
    },
    {
      entry: 'Booking conflicts',
      metric: percentage(
        serviceMetric('Conflicts', { ...bookings, statistic: 'Sum' }),
        serviceMetric('Latency', { ...bookings, statistic: 'SampleCount' }),
      ),
      threshold: 50,
    },
    { entry: 'Rate limiter faults', metric: together('RateLimiterFaults', countedSignIns, stage), threshold: 5 },
    ...functions,
  ];
}

/** A metric of some operations, added up. An alarm cannot search for them as a dashboard does. */
function together(metric: ServiceMetric, ofOperations: readonly OperationId[], stage: string): MathExpression {
  const usingMetrics = Object.fromEntries(
    ofOperations.map((operation) => [operation, serviceMetric(metric, { stage, operation, statistic: 'Sum' })]),
  );
  const expression = ofOperations.map((operation) => `FILL(${operation}, 0)`).join(' + ');
  return new MathExpression({ expression, usingMetrics, period });
}

function tableAlarms({ table }: AlarmsProps): AlarmSpec[] {
  const throttles = (metricName: string, onIndex: boolean) =>
    table.metric(metricName, {
      statistic: 'Sum',
      period,
      dimensionsMap: { TableName: table.tableName, ...(onIndex && { GlobalSecondaryIndexName: 'gsi1' }) },
    });
  const usingMetrics = {
    reads: throttles('ReadThrottleEvents', false),
    writes: throttles('WriteThrottleEvents', false),
    indexReads: throttles('ReadThrottleEvents', true),
    indexWrites: throttles('WriteThrottleEvents', true),
  };
  const parts = Object.keys(usingMetrics).map((name) => `FILL(${name}, 0)`);
  const metric = new MathExpression({ expression: parts.join(' + '), usingMetrics, period });
  return [{ entry: 'Table throttles', metric, threshold: 10 }];
}

function percentage(some: IMetric, all: IMetric): MathExpression {
  const expression = `IF(all >= ${enough}, 100 * FILL(some, 0) / all, 0)`;
  return new MathExpression({ expression, usingMetrics: { some, all }, period });
}

function whereEnough(metric: IMetric, requests: IMetric): MathExpression {
  const usingMetrics = { value: metric, requests };
  return new MathExpression({ expression: `IF(requests >= ${enough}, value, 0)`, usingMetrics, period });
}
