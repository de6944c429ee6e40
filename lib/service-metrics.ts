import { Duration, Fn } from 'aws-cdk-lib';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { CfnRule } from 'aws-cdk-lib/aws-events';
import { operations } from '../functions/api/contract.ts';
import { metricNamespace } from './constructs/node-function.ts';

/** All metrics are looked at by the minute. */
export const period = Duration.minutes(1);

/** What the functions count, in functions/shared/counters.ts, and measure. */
export type ServiceMetric =
  | 'Bookings'
  | 'TicketsSold'
  | 'Holds'
  | 'HoldsExpired'
  | 'Cancellations'
  | 'Promotions'
  | 'WaitlistJoins'
  | 'SoldOut'
  | 'Busy'
  | 'Failures'
  | 'RateLimited'
  | 'RateLimiterFaults'
  | 'Conflicts'
  | 'Throttles'
  | 'Retries'
  | 'ColdStarts'
  | 'FailedMessages'
  | 'FeedLag'
  | 'Latency';

/** A metric of one operation, which for a worker is its name. */
export function serviceMetric(metricName: ServiceMetric, at: { stage: string; operation: string; statistic: string }) {
  const { stage, operation, statistic } = at;
  const service = operations.find(({ operationId }) => operationId === operation)?.group ?? operation;
  const dimensionsMap = { service, stage, operation };
  return new Metric({ namespace: metricNamespace, metricName, dimensionsMap, statistic, period });
}

/** A line for each operation that has the metric. */
export function byOperation(metricName: ServiceMetric, at: { stage: string; statistic: string }): MathExpression {
  return new MathExpression({ expression: search(metricName, at), label: '', usingMetrics: {}, period });
}

/** One line for all operations together. */
export function overall(metricName: ServiceMetric, { stage }: { stage: string }): MathExpression {
  const expression = `SUM(${search(metricName, { stage, statistic: 'Sum' })})`;
  return new MathExpression({ expression, label: metricName, usingMetrics: {}, period });
}

function search(metricName: ServiceMetric, { stage, statistic }: { stage: string; statistic: string }): string {
  const schema = `{${metricNamespace},operation,service,stage}`;
  return `SEARCH('${schema} MetricName="${metricName}" stage="${stage}"', '${statistic}', ${period.toSeconds()})`;
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-monitoring.html */
export type PipeMetric = 'ExecutionFailed' | 'ExecutionThrottled' | 'ExecutionTimeout' | 'TargetStageFailed';

export function pipeMetric(metricName: PipeMetric, pipeName: string): Metric {
  const dimensionsMap = { PipeName: pipeName };
  return new Metric({ namespace: 'AWS/EventBridge/Pipes', metricName, dimensionsMap, statistic: 'Sum', period });
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html */
export function ruleFailures({ attrArn, eventBusName, ref }: CfnRule): Metric {
  // The reference of a rule on a bus of its own is `<bus>|<rule>`; its ARN ends with `rule/<bus>/<rule>`.
  const ruleName = eventBusName === undefined ? ref : Fn.select(2, Fn.split('/', attrArn));
  const dimensionsMap = { ...(eventBusName !== undefined && { EventBusName: eventBusName }), RuleName: ruleName };
  const metricName = 'FailedInvocations';
  return new Metric({ namespace: 'AWS/Events', metricName, dimensionsMap, statistic: 'Sum', period });
}
