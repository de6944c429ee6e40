import { z } from 'zod';
import { integer, noEffect, text } from './resource-schemas.ts';

// Nothing is watched on one machine; the schemas see to it that what is deployed is complete and refers to what exists.

const Dimensions = z.array(z.strictObject({ Name: text, Value: text }));
const MetricStat = z.strictObject({
  Metric: z.strictObject({ Namespace: text, MetricName: text, Dimensions: Dimensions.optional() }),
  Period: integer,
  Stat: text,
});

export const Alarm = z.strictObject({
  AlarmName: text.optional(),
  AlarmDescription: text,
  AlarmActions: z.array(text).min(1),
  OKActions: z.array(text).optional(),
  ComparisonOperator: text,
  EvaluationPeriods: integer,
  DatapointsToAlarm: integer,
  Threshold: z.number(),
  TreatMissingData: z.enum(['notBreaching', 'breaching', 'ignore', 'missing']),
  // One metric, or several that are reckoned with.
  Namespace: text.optional(),
  MetricName: text.optional(),
  Dimensions: Dimensions.optional(),
  Period: integer.optional(),
  Statistic: text.optional(),
  ExtendedStatistic: text.optional(),
  Metrics: z
    .array(
      z.strictObject({
        Id: text,
        Expression: text.optional(),
        Label: text.optional(),
        MetricStat: MetricStat.optional(),
        Period: integer.optional(),
        ReturnData: z.boolean().optional(),
      }),
    )
    .optional(),
});

export const Dashboard = z.strictObject({
  DashboardName: text.optional(),
  DashboardBody: text.refine(isJson, 'is not JSON'),
});

export const Topic = z.strictObject({ TopicName: text.optional(), DisplayName: noEffect, KmsMasterKeyId: text });
export const Subscription = z.strictObject({ TopicArn: text, Protocol: z.literal('email'), Endpoint: z.email() });

function isJson(body: string): boolean {
  try {
    JSON.parse(body);
    return true;
  } catch {
    return false;
  }
}
