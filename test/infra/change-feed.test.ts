import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, test } from 'vitest';
import { ChangeFeed } from '../../lib/constructs/change-feed.ts';
import { workers } from '../../lib/workers.ts';
import { only, type Resource, resources, startingWith, synthesize, target } from './synthesized.ts';

const template = synthesize();
const [tableId] = Object.keys(resources(template, 'AWS::DynamoDB::GlobalTable'));
const stream = { 'Fn::GetAtt': [tableId, 'StreamArn'] };

const patternsOf = ({ Properties }: Resource): unknown[] =>
  Properties.SourceParameters.FilterCriteria.Filters.map(({ Pattern }: { Pattern: string }) => JSON.parse(Pattern));

/** A feed alone in a stack, with what is not as in Evently. */
function feedWith({ groupBy, fifo }: { groupBy?: string; fifo?: true }): Template {
  const stack = new Stack(new App(), 'Alone');
  const streamArn = 'arn:aws:dynamodb:eu-west-1:111122223333:table/t/stream/2030-01-01T00:00:00.000';
  const queue = new Queue(stack, 'Queue', { ...(fifo && { fifo }) });
  const changes = [{ eventName: ['INSERT'] }, { eventName: ['REMOVE'] }];
  const spec = { changes, ...(groupBy && { groupBy }) };
  new ChangeFeed(stack, 'Feed', { streamArn, spec, target: queue, settings: { logRetentionDays: 14 } });
  return Template.fromStack(stack);
}

test('there is one pipe for each worker', () => {
  expect(Object.keys(resources(template, 'AWS::Pipes::Pipe'))).toHaveLength(workers.length);
});

describe.each(workers)('the changes for %s', (worker) => {
  const prefix = worker.replaceAll('-', '');
  const pipe = startingWith(template, 'AWS::Pipes::Pipe', `${prefix}changes`);
  const { Properties: properties } = pipe;
  const parameters = properties.SourceParameters.DynamoDBStreamParameters;
  const deadLetters = target(parameters.DeadLetterConfig) ?? '';

  test('come from the stream of the table, from its beginning', () => {
    expect(properties.Source).toEqual(stream);
    expect(parameters.StartingPosition).toBe('TRIM_HORIZON');
  });

  test('go to the queue of the worker as they are', () => {
    expect(target(properties.Target)).toMatch(new RegExp(`^${prefix}Queue`));
    expect(properties.TargetParameters?.InputTemplate).toBeUndefined();
    expect(properties.Enrichment).toBeUndefined();
  });

  test('are sent without waiting, as many at once as a queue takes', () => {
    expect(parameters).toMatchObject({ BatchSize: 10, MaximumBatchingWindowInSeconds: 0, ParallelizationFactor: 10 });
  });

  test('that cannot be sent are tried for a while, one by one, and then named in a queue for 14 days', () => {
    expect(parameters).toMatchObject({ MaximumRetryAttempts: 100, OnPartialBatchItemFailure: 'AUTOMATIC_BISECT' });
    expect(deadLetters).toMatch(new RegExp(`^${prefix}changesDeadLetters`));
    const queue = resources(template, 'AWS::SQS::Queue')[deadLetters]?.Properties;
    expect(queue.MessageRetentionPeriod).toBe(14 * 24 * 60 * 60);
    expect(queue.FifoQueue).toBeUndefined();
  });

  test('log errors alone, without the records, which hold what people bought', () => {
    const { CloudwatchLogsLogDestination: destination, ...logging } = properties.LogConfiguration;
    expect(logging).toEqual({ Level: 'ERROR' });
    const logGroup = resources(template, 'AWS::Logs::LogGroup')[target(destination) ?? ''];
    expect(logGroup?.Properties.RetentionInDays).toBe(14);
  });

  test('are read and sent by a role that may do this and nothing else', () => {
    const { PolicyDocument, Roles } = startingWith(template, 'AWS::IAM::Policy', `${prefix}changes`).Properties;
    expect(target(Roles)).toBe(target(properties.RoleArn));
    expect(PolicyDocument.Statement).toEqual([
      {
        Effect: 'Allow',
        Action: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'],
        Resource: stream,
      },
      {
        Effect: 'Allow',
        Action: 'sqs:SendMessage',
        Resource: [properties.Target, { 'Fn::GetAtt': [deadLetters, 'Arn'] }],
      },
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: properties.LogConfiguration.CloudwatchLogsLogDestination.LogGroupArn,
      },
    ]);
  });

  test('are read by no pipe of another account', () => {
    const role = startingWith(template, 'AWS::IAM::Role', `${prefix}changes`).Properties;
    expect(role.ManagedPolicyArns).toBeUndefined();
    expect(role.AssumeRolePolicyDocument.Statement).toEqual([
      {
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Principal: { Service: 'pipes.amazonaws.com' },
        Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
      },
    ]);
  });

  test('flow once the role has its rights', () => {
    const [policyId] = Object.keys(resources(template, 'AWS::IAM::Policy')).filter((id) =>
      id.startsWith(`${prefix}changes`),
    );
    expect(pipe.DependsOn).toContain(policyId);
  });
});

test('expire-hold is given new bookings that are held, and nothing else', () => {
  expect(patternsOf(startingWith(template, 'AWS::Pipes::Pipe', 'expireholdchanges'))).toEqual([
    {
      eventName: ['INSERT'],
      dynamodb: { NewImage: { sk: { S: [{ prefix: 'BOOKING#' }] }, status: { S: ['HELD'] } } },
    },
  ]);
});

test('a pipe has a filter for each pattern, of which one is enough', () => {
  const pipe = only(feedWith({}), 'AWS::Pipes::Pipe');
  expect(patternsOf(pipe)).toEqual([{ eventName: ['INSERT'] }, { eventName: ['REMOVE'] }]);
});

test('a standard queue is told no group', () => {
  expect(only(feedWith({}), 'AWS::Pipes::Pipe').Properties.TargetParameters).toBeUndefined();
});

test('a FIFO queue is told the group, and takes a record once however often it is read', () => {
  const grouped = feedWith({ fifo: true, groupBy: '$.dynamodb.NewImage.tierKey.S' });
  expect(only(grouped, 'AWS::Pipes::Pipe').Properties.TargetParameters).toEqual({
    SqsQueueParameters: { MessageGroupId: '$.dynamodb.NewImage.tierKey.S', MessageDeduplicationId: '$.eventID' },
  });
});

test.each([
  { fault: 'a FIFO queue without a group', change: { fifo: true } },
  { fault: 'a group for a standard queue', change: { groupBy: '$.eventID' } },
] as const)('$fault is an error that names the feed', ({ change }) => {
  expect(() => feedWith(change)).toThrow('Alone/Feed: ');
});
