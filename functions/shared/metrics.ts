import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { takeCounts } from './counters.ts';
import { optionalEnv } from './env.ts';

const metrics = new Metrics({
  serviceName: optionalEnv('POWERTOOLS_SERVICE_NAME') ?? 'evently',
  defaultDimensions: { stage: optionalEnv('STAGE') ?? 'none' },
});

export interface Measured {
  /** The only dimension beside service and stage: each of its values is a metric to pay for. */
  readonly operation: string;
  readonly latencyMs: number;
  /** How long the oldest change of a batch took from the commit to the queue. */
  readonly feedLagMs?: number | undefined;
  /** Told along with the metrics, to search the log for, and no metric themselves. */
  readonly properties: Readonly<Record<string, string | number | boolean | undefined>>;
}

/**
 * Publishes what was measured and counted as one line of EMF, which CloudWatch makes metrics of. A function that the
 * stack gave no namespace publishes nothing.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function publishMetrics({ operation, latencyMs, feedLagMs, properties }: Measured): void {
  const counts = takeCounts();
  if (!optionalEnv('POWERTOOLS_METRICS_NAMESPACE')) return;
  metrics.addDimension('operation', operation);
  metrics.addMetric('Latency', MetricUnit.Milliseconds, Math.round(latencyMs * 100) / 100);
  if (feedLagMs !== undefined) metrics.addMetric('FeedLag', MetricUnit.Milliseconds, feedLagMs);
  for (const [counter, number] of counts) metrics.addMetric(counter, MetricUnit.Count, number);
  for (const [name, value] of Object.entries(properties)) {
    if (value !== undefined) metrics.addMetadata(name, String(value));
  }
  metrics.publishStoredMetrics();
}
