import { z } from 'zod';
import { integer, noEffect, text } from './resource-schemas.ts';

/** The properties of queues, pipes and event source mappings, as strict as `resource-schemas.ts`. */

const FifoProperties = ['ContentBasedDeduplication', 'DeduplicationScope', 'FifoThroughputLimit'] as const;

export const Queue = z
  .strictObject({
    QueueName: text.max(80).optional(),
    FifoQueue: z.literal(true).optional(),
    ContentBasedDeduplication: z.boolean().optional(),
    // fauxqs looks for a deduplication id in the whole queue, whatever the group.
    DeduplicationScope: z.literal('queue').optional(),
    // Nothing limits the throughput here.
    FifoThroughputLimit: noEffect,
    DelaySeconds: integer.min(0).max(900).default(0),
    VisibilityTimeout: integer.min(0).max(43_200).default(30),
    MessageRetentionPeriod: integer.min(60).max(1_209_600).default(345_600),
    MaximumMessageSize: integer.min(1_024).max(1_048_576).default(1_048_576),
    ReceiveMessageWaitTimeSeconds: integer.min(0).max(20).default(0),
    RedrivePolicy: z.strictObject({ deadLetterTargetArn: text, maxReceiveCount: integer.min(1).max(1_000) }).optional(),
    // Which other queues may use this one as their dead-letter queue; here each may.
    RedriveAllowPolicy: noEffect,
    // Files on a laptop are as encrypted as its disk.
    SqsManagedSseEnabled: noEffect,
    KmsMasterKeyId: noEffect,
    KmsDataKeyReusePeriodSeconds: noEffect,
    Tags: noEffect,
  })
  .superRefine(({ FifoQueue, QueueName, ...properties }, { addIssue }) => {
    const forFifo = FifoProperties.filter((name) => properties[name] !== undefined);
    if (!FifoQueue && forFifo.length > 0) addIssue(`${forFifo.join(', ')}: only for a FIFO queue`);
    if (QueueName && QueueName.endsWith('.fifo') !== (FifoQueue === true)) {
      addIssue('QueueName: ends with .fifo where the queue is a FIFO queue, and only there');
    }
  });

/** A path such as `$.dynamodb.NewImage.pk.S`, or a text that is the same for all messages. */
const PathOrText = text.regex(
  /^(?:[^$]|\$(?:\.[\w-]+)+$)/,
  'only texts and paths of names such as $.dynamodb.Keys.pk.S',
);

/** A text that is the same for all events; what begins with aws. is reserved. */
const OwnSource = text.max(256).regex(/^(?!aws\.)[^$]/, 'only a text that does not begin with aws.');

export const Pipe = z.strictObject({
  Name: text.max(64).optional(),
  Source: text,
  Target: text,
  SourceParameters: z.strictObject({
    DynamoDBStreamParameters: z.strictObject({
      // Where LATEST is depends on the moment of the deployment, and records before it would be lost.
      StartingPosition: z.literal('TRIM_HORIZON'),
      DeadLetterConfig: z.strictObject({ Arn: text }).optional(),
      // Messages are sent as soon as they are read.
      MaximumBatchingWindowInSeconds: z.literal(0).optional(),
      // SendMessageBatch takes ten.
      BatchSize: integer.min(1).max(10).optional(),
      // Sending does not fail for a while and then succeed: one attempt shows the outcome of all.
      MaximumRetryAttempts: noEffect,
      MaximumRecordAgeInSeconds: noEffect,
      OnPartialBatchItemFailure: noEffect,
      // One shard with one reader is as parallel as this machine needs it.
      ParallelizationFactor: noEffect,
    }),
    FilterCriteria: z
      .strictObject({
        Filters: z.array(z.strictObject({ Pattern: text.max(4_096) })).max(5, 'AWS allows five filters'),
      })
      .optional(),
  }),
  TargetParameters: z
    .strictObject({
      SqsQueueParameters: z
        .strictObject({
          MessageGroupId: PathOrText.optional(),
          MessageDeduplicationId: PathOrText.optional(),
        })
        .optional(),
      EventBridgeEventBusParameters: z
        .strictObject({
          Source: OwnSource.optional(),
          DetailType: text.max(128).regex(/^[^$]/, 'only a text').optional(),
        })
        .optional(),
    })
    .optional(),
  DesiredState: z.literal('RUNNING').optional(),
  RoleArn: text,
  // Logs go to the terminal, but the role has to allow them.
  LogConfiguration: z
    .looseObject({ CloudwatchLogsLogDestination: z.strictObject({ LogGroupArn: text }).optional() })
    .optional(),
  Description: noEffect,
  Tags: noEffect,
});

export const EventSourceMapping = z
  .strictObject({
    EventSourceArn: text,
    FunctionName: text,
    BatchSize: integer.min(1).max(10_000).default(10),
    MaximumBatchingWindowInSeconds: integer.min(0).max(300).default(0),
    FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
    ScalingConfig: z.strictObject({ MaximumConcurrency: integer.min(2).max(1_000) }).optional(),
    Enabled: z.literal(true).optional(),
    // Metrics and tags belong to the deployed mapping.
    MetricsConfig: noEffect,
    Tags: noEffect,
  })
  .refine(({ BatchSize, MaximumBatchingWindowInSeconds }) => BatchSize <= 10 || MaximumBatchingWindowInSeconds > 0, {
    message: 'more than ten need a MaximumBatchingWindowInSeconds of at least 1',
    path: ['BatchSize'],
  });
