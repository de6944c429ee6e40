import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Dashboard as CloudWatchDashboard, GraphWidget, type IMetric, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { byOperation, overall, period, pipeMetric, ruleFailures } from '../service-metrics.ts';
import type { Watched, WatchedParts } from './watched.ts';

export interface DashboardProps {
  readonly stage: string;
  readonly parts: WatchedParts;
  readonly api: HttpApi;
  readonly table: ITableV2;
}

/** What is looked at during an on-sale, from the sale at the top to the machinery at the bottom. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, id);
    const dashboard = new CloudWatchDashboard(this, 'Dashboard', { dashboardName: `Evently-${props.stage}` });
    dashboard.addWidgets(heading('Sales'));
    dashboard.addWidgets(...sales(props));
    dashboard.addWidgets(heading('Requests'));
    dashboard.addWidgets(...requests(props));
    dashboard.addWidgets(heading('Latency by operation (ms, in the function)'));
    dashboard.addWidgets(...latencies(props));
    dashboard.addWidgets(heading('Workers'));
    dashboard.addWidgets(...workers(props));
    dashboard.addWidgets(heading('Table and functions'));
    dashboard.addWidgets(...machinery(props));
  }
}

const heading = (text: string) => new TextWidget({ markdown: `## ${text}`, width: 24, height: 1 });
const graph = (title: string, left: IMetric[], right: IMetric[] = []) =>
  new GraphWidget({ title, left, right, width: right.length > 0 || left.length > 4 ? 12 : 8, height: 6 });

function sales({ stage }: DashboardProps): GraphWidget[] {
  const sum = (metric: Parameters<typeof overall>[0]) => overall(metric, { stage });
  return [
    graph('Tickets and bookings', [sum('TicketsSold'), sum('Bookings'), sum('Holds')]),
    graph('Sold out, waitlist', [sum('SoldOut'), sum('WaitlistJoins'), sum('Promotions')]),
    graph('Given back', [sum('Cancellations'), sum('HoldsExpired')]),
  ];
}

function requests({ stage, api }: DashboardProps): GraphWidget[] {
  const sum = (metric: Parameters<typeof overall>[0]) => overall(metric, { stage });
  const latency = (statistic: string) => api.metricLatency({ statistic, period, label: statistic });
  const counted = { statistic: 'Sum', period };
  return [
    graph('API', [api.metricCount(counted), api.metricClientError(counted), api.metricServerError(counted)]),
    graph('API latency (ms)', ['p50', 'p95', 'p99'].map(latency)),
    graph('Contention', [sum('Conflicts'), sum('Throttles'), sum('Retries'), sum('Busy')]),
    graph('Limits of rates', [sum('RateLimited'), sum('RateLimiterFaults')]),
  ];
}

function latencies({ stage }: DashboardProps): GraphWidget[] {
  return ['p50', 'p95', 'p99'].map((statistic) => graph(statistic, [byOperation('Latency', { stage, statistic })]));
}

function workers({ stage, parts }: DashboardProps): GraphWidget[] {
  const lines = <Part>(watched: readonly Watched<Part>[], metricOf: (part: Part, label: string) => IMetric) =>
    watched.map(({ name, part }) => metricOf(part, name));
  const maximum = { statistic: 'Maximum', period };
  return [
    graph(
      'Oldest message (s)',
      lines(parts.queues, (queue, label) => queue.metricApproximateAgeOfOldestMessage({ ...maximum, label })),
    ),
    graph(
      'Dead letters',
      lines(parts.deadLetterQueues, (queue, label) =>
        queue.metricApproximateNumberOfMessagesVisible({ ...maximum, label }),
      ),
    ),
    graph('From commit to queue (ms)', [byOperation('FeedLag', { stage, statistic: 'Maximum' })]),
    graph('Pipe and rule errors', [
      ...lines(parts.pipes, (pipe, label) => pipeMetric('ExecutionFailed', pipe.ref).with({ label })),
      ...lines(parts.rules, (rule, label) => ruleFailures(rule).with({ label })),
    ]),
    graph('Messages that failed', [byOperation('FailedMessages', { stage, statistic: 'Sum' })]),
  ];
}

function machinery({ stage, parts, table }: DashboardProps): GraphWidget[] {
  const ofTable = (metricName: string) =>
    table.metric(metricName, { statistic: 'Sum', period, dimensionsMap: { TableName: table.tableName } });
  const functions = (metricName: string, statistic: string) =>
    parts.functions.map(({ name, part }) => part.metric(metricName, { statistic, period, label: name }));
  return [
    graph('Table: throttles', [
      ofTable('ReadThrottleEvents'),
      ofTable('WriteThrottleEvents'),
      ofTable('TransactionConflict'),
    ]),
    graph('Table: units', [ofTable('ConsumedReadCapacityUnits'), ofTable('ConsumedWriteCapacityUnits')]),
    graph('Concurrency', functions('ConcurrentExecutions', 'Maximum')),
    graph('Function errors', functions('Errors', 'Sum')),
    graph('Function throttles', functions('Throttles', 'Sum')),
    graph('Cold starts', [overall('ColdStarts', { stage })]),
  ];
}
