import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { QueueWorker } from '../../lib/constructs/queue-worker.ts';
import type { FunctionName } from '../../lib/entry-points.ts';
import { readSettings } from '../../lib/settings.ts';
import { replayWorker, type WorkerSpec, workerSpecs, workers } from '../../lib/workers.ts';
import { codeFolder, ofFunction, only, resources, startingWith, synthesize, target } from './synthesized.ts';

const template = synthesize();
const queues = Object.entries(resources(template, 'AWS::SQS::Queue'));
const fourteenDays = 14 * 24 * 60 * 60;

/** A worker alone in a stack. */
function workerWith(changed: Partial<WorkerSpec>): Template {
  const stack = new Stack(new App(), 'Alone');
  const spec = { ...workerSpecs['expire-hold'], ...changed };
  const settings = readSettings(stack.node);
  new QueueWorker(stack, 'some-work', { description: 'a worker', spec, code: codeFolder(), settings });
  return Template.fromStack(stack);
}

describe.each<FunctionName>([...workers, replayWorker])('the worker %s', (worker) => {
  const prefix = worker.replaceAll('-', '');
  const { Properties: queue } = startingWith(template, 'AWS::SQS::Queue', `${prefix}Queue`);
  const { Properties: workerFunction } = ofFunction(template, 'AWS::Lambda::Function', worker);
  const { Properties: mapping } = ofFunction(template, 'AWS::Lambda::EventSourceMapping', worker);

  test('is invoked with the messages of its own queue, and of no other', () => {
    expect(target(mapping.EventSourceArn)).toMatch(new RegExp(`^${prefix}Queue`));
    expect(target(mapping.FunctionName)).toMatch(new RegExp(`^${prefix}WorkerFunction`));
    const sources = Object.values(resources(template, 'AWS::Lambda::EventSourceMapping')).map(({ Properties }) =>
      target(Properties.FunctionName),
    );
    expect(new Set(sources).size).toBe(sources.length);
  });

  test('reports the messages of a batch that failed, so that the others are not repeated', () => {
    expect(mapping.FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
  });

  test('has a message to itself for six times its timeout and the batch window', () => {
    const window = mapping.MaximumBatchingWindowInSeconds ?? 0;
    expect(queue.VisibilityTimeout).toBeGreaterThanOrEqual(6 * workerFunction.Timeout + window);
  });

  test('has its messages for 14 days', () => {
    expect(queue.MessageRetentionPeriod).toBe(fourteenDays);
  });

  test('tries a message five times at least, then it is kept for 14 days', () => {
    expect(queue.RedrivePolicy.maxReceiveCount).toBeGreaterThanOrEqual(5);
    const deadLetters = target(queue.RedrivePolicy.deadLetterTargetArn) ?? '';
    expect(deadLetters).toMatch(new RegExp(`^${prefix}DeadLetters`));
    expect(resources(template, 'AWS::SQS::Queue')[deadLetters]?.Properties.MessageRetentionPeriod).toBe(fourteenDays);
  });

  test('may read its queue, and not the queue of dead letters', () => {
    const { Properties: policy } = ofFunction(template, 'AWS::IAM::Policy', worker);
    expect(JSON.stringify(policy)).not.toContain('DeadLetters');
  });
});

describe('expire-hold', () => {
  const delayIn = (made: Template) => startingWith(made, 'AWS::SQS::Queue', 'expireholdQueue').Properties.DelaySeconds;

  test('is given a hold when it has expired', () => {
    expect(delayIn(template)).toBe(600);
    expect(delayIn(synthesize({ holdTtlSeconds: '5' }))).toBe(5);
    expect(delayIn(synthesize({ holdTtlSeconds: '900' }))).toBe(900);
  });

  test('takes ten messages at a time, which wait a second for each other, in ten instances at most', () => {
    expect(ofFunction(template, 'AWS::Lambda::EventSourceMapping', 'expire-hold').Properties).toMatchObject({
      BatchSize: 10,
      MaximumBatchingWindowInSeconds: 1,
      ScalingConfig: { MaximumConcurrency: 10 },
    });
  });

  test('has a standard queue', () => {
    expect(startingWith(template, 'AWS::SQS::Queue', 'expireholdQueue').Properties.FifoQueue).toBeUndefined();
  });
});

describe.each(queues)('the queue %s', (logicalId, { Properties: queue }) => {
  test('is encrypted by SQS', () => {
    expect(queue.SqsManagedSseEnabled).toBe(true);
  });

  test('is closed to everybody who does not use TLS, and open to rules alone', () => {
    const policies = Object.values(resources(template, 'AWS::SQS::QueuePolicy')).filter(
      ({ Properties }) => target(Properties.Queues) === logicalId,
    );
    expect(policies).toHaveLength(1);
    const statements: { Effect: string; Principal: unknown }[] = policies[0]?.Properties.PolicyDocument.Statement;
    const allowed = statements.filter(({ Effect }) => Effect !== 'Deny');
    for (const { Principal } of allowed) expect(Principal).toEqual({ Service: 'events.amazonaws.com' });
    expect(statements.filter((statement) => !allowed.includes(statement))).toEqual([
      {
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Action: 'sqs:*',
        Resource: { 'Fn::GetAtt': [logicalId, 'Arn'] },
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ]);
  });
});

describe('a worker whose messages are grouped', () => {
  const grouped = workerWith({ groupBy: '$.dynamodb.NewImage.tierKey.S', batchWindowSeconds: 0 });

  test('has FIFO queues, that of dead letters too', () => {
    const found = Object.values(resources(grouped, 'AWS::SQS::Queue'));
    expect(found.map(({ Properties }) => Properties.FifoQueue)).toEqual([true, true]);
  });

  test('has no batch window, which Lambda refuses for them', () => {
    expect(only(grouped, 'AWS::Lambda::EventSourceMapping').Properties.MaximumBatchingWindowInSeconds).toBeUndefined();
  });
});

test('a worker without a delay is given its messages at once', () => {
  const { delaySeconds, ...spec } = workerSpecs['expire-hold'];
  expect(delaySeconds).toBeDefined();
  const stack = new Stack(new App(), 'Alone');
  const props = { description: 'a worker', spec, code: codeFolder(), settings: readSettings(stack.node) };
  new QueueWorker(stack, 'some-work', props);
  const queue = startingWith(Template.fromStack(stack), 'AWS::SQS::Queue', 'someworkQueue');
  expect(queue.Properties.DelaySeconds).toBe(0);
});

test('large batches are taken after a window', () => {
  const made = workerWith({ batchSize: 1_000, batchWindowSeconds: 1 });
  expect(only(made, 'AWS::Lambda::EventSourceMapping').Properties).toMatchObject({
    BatchSize: 1_000,
    MaximumBatchingWindowInSeconds: 1,
  });
});

test.each([
  { fault: 'a FIFO queue with a window', spec: { groupBy: '$.eventID', batchWindowSeconds: 1 } },
  { fault: 'a FIFO queue with large batches', spec: { groupBy: '$.eventID', batchSize: 11, batchWindowSeconds: 0 } },
  { fault: 'large batches without a window', spec: { batchSize: 11, batchWindowSeconds: 0 } },
])('$fault is an error that names the worker', ({ spec }) => {
  expect(() => workerWith(spec)).toThrow('Alone/some-work: ');
});
