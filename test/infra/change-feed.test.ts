import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, test } from 'vitest';
import * as keys from '../../functions/store/keys.ts';
import { ChangeFeed } from '../../lib/constructs/change-feed.ts';
import { replayWorker, workerSpecs, workers } from '../../lib/workers.ts';
import { compilePattern } from '../../local/event-pattern.ts';
import { ofFunction, only, type Resource, resources, startingWith, synthesize, target } from './synthesized.ts';

const template = synthesize();
const [tableId] = Object.keys(resources(template, 'AWS::DynamoDB::GlobalTable'));
const stream = { 'Fn::GetAtt': [tableId, 'StreamArn'] };
const fourteenDays = 14 * 24 * 60 * 60;
const prefixOf = (worker: string) => worker.replaceAll('-', '');
const grouped = workers.filter((worker) => workerSpecs[worker].groupBy);
const ungrouped = workers.filter((worker) => !workerSpecs[worker].groupBy);
const pipes = { 'the pipe to the bus': 'ChangesToBus', 'the pipe to the FIFO queue': 'ChangesTopromotewaitlist' };

const filterOf = ({ Properties }: Resource): unknown => {
  const { Filters: filters } = Properties.SourceParameters.FilterCriteria;
  expect(filters).toHaveLength(1);
  expect(filters[0].Pattern.length).toBeLessThanOrEqual(4_096);
  return JSON.parse(filters[0].Pattern);
};
/** The policies of a queue, without the one that asks for TLS. */
const allowedIn = (queueId: string) =>
  Object.values(resources(template, 'AWS::SQS::QueuePolicy'))
    .filter(({ Properties }) => target(Properties.Queues) === queueId)
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .filter(({ Effect }) => Effect === 'Allow');

interface Fake {
  readonly name: string;
  readonly fifo?: true;
  readonly groupBy?: string;
  readonly changes?: Record<string, unknown>[];
}

/** A feed alone in a stack. */
function feedFor(...fakes: Fake[]): Template {
  const stack = new Stack(new App(), 'Alone');
  const streamArn = 'arn:aws:dynamodb:eu-west-1:111122223333:table/t/stream/2030-01-01T00:00:00.000';
  const consumers = fakes.map(({ name, fifo, groupBy, changes = [{ eventName: ['INSERT'] }] }) => ({
    name,
    spec: { changes, ...(groupBy && { groupBy }) },
    queue: new Queue(stack, `${name}-queue`, { ...(fifo && { fifo }) }),
  }));
  new ChangeFeed(stack, 'Feed', { streamArn, consumers, settings: { logRetentionDays: 14 } });
  return Template.fromStack(stack);
}

test('the stream has two readers, since more would be throttled', () => {
  const sources = Object.values(resources(template, 'AWS::Pipes::Pipe')).map(({ Properties }) => Properties.Source);
  expect(sources).toEqual([stream, stream]);
  const mappings = Object.values(resources(template, 'AWS::Lambda::EventSourceMapping'));
  expect(mappings.map(({ Properties }) => JSON.stringify(Properties.EventSourceArn)).join()).not.toContain(tableId);
});

describe.each(Object.entries(pipes))('%s', (_name, prefix) => {
  const pipe = startingWith(template, 'AWS::Pipes::Pipe', prefix);
  const { Properties: properties } = pipe;
  const parameters = properties.SourceParameters.DynamoDBStreamParameters;
  const deadLetters = target(parameters.DeadLetterConfig) ?? '';

  test('reads the stream from its beginning', () => {
    expect(parameters.StartingPosition).toBe('TRIM_HORIZON');
  });

  test('sends records as they are', () => {
    expect(properties.TargetParameters.InputTemplate).toBeUndefined();
    expect(properties.Enrichment).toBeUndefined();
  });

  test('sends without waiting, as many at once as a queue or a bus takes', () => {
    expect(parameters).toMatchObject({ BatchSize: 10, MaximumBatchingWindowInSeconds: 0, ParallelizationFactor: 10 });
  });

  test('tries for a while what cannot be sent, one by one, and then names it in a queue for 14 days', () => {
    expect(parameters).toMatchObject({ MaximumRetryAttempts: 100, OnPartialBatchItemFailure: 'AUTOMATIC_BISECT' });
    expect(deadLetters).toMatch(new RegExp(`^${prefix}DeadLetters`));
    const queue = resources(template, 'AWS::SQS::Queue')[deadLetters]?.Properties;
    expect(queue.MessageRetentionPeriod).toBe(fourteenDays);
    expect(queue.FifoQueue).toBeUndefined();
  });

  test('logs errors alone, without the records, which hold what people bought', () => {
    const { CloudwatchLogsLogDestination: destination, ...logging } = properties.LogConfiguration;
    expect(logging).toEqual({ Level: 'ERROR' });
    const logGroup = resources(template, 'AWS::Logs::LogGroup')[target(destination) ?? ''];
    expect(logGroup?.Properties.RetentionInDays).toBe(14);
  });

  test('has a role that may read the stream and send, and nothing else', () => {
    const { PolicyDocument, Roles } = startingWith(template, 'AWS::IAM::Policy', prefix).Properties;
    expect(target(Roles)).toBe(target(properties.RoleArn));
    const toDeadLetters = { 'Fn::GetAtt': [deadLetters, 'Arn'] };
    const isBus = prefix === pipes['the pipe to the bus'];
    const sending = isBus
      ? [
          { Effect: 'Allow', Action: 'events:PutEvents', Resource: properties.Target },
          { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: toDeadLetters },
        ]
      : [{ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: [toDeadLetters, properties.Target] }];
    expect(PolicyDocument.Statement).toEqual([
      {
        Effect: 'Allow',
        Action: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'],
        Resource: stream,
      },
      ...sending,
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: properties.LogConfiguration.CloudwatchLogsLogDestination.LogGroupArn,
      },
    ]);
  });

  test('is of this account alone', () => {
    const role = startingWith(template, 'AWS::IAM::Role', prefix).Properties;
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

  test('is there once its role has its rights', () => {
    const [policyId] = Object.keys(resources(template, 'AWS::IAM::Policy')).filter((id) => id.startsWith(prefix));
    expect(pipe.DependsOn).toContain(policyId);
  });
});

describe('the bus', () => {
  const pipe = startingWith(template, 'AWS::Pipes::Pipe', pipes['the pipe to the bus']);
  const [busId = ''] = Object.keys(resources(template, 'AWS::Events::EventBus'));

  test('is given what any rule wants, and nothing else', () => {
    expect(target(pipe.Properties.Target)).toBe(busId);
    expect(filterOf(pipe)).toEqual({ $or: ungrouped.flatMap((worker) => workerSpecs[worker].changes) });
  });

  const lets = compilePattern(JSON.stringify(filterOf(pipe)), 'the pipe to the bus');
  const changeOf = (key: keys.Key, eventName: string, image: object = {}) => {
    const Keys = { pk: { S: key.pk }, sk: { S: key.sk } };
    return { eventName, dynamodb: { Keys, NewImage: { ...Keys, ...image } } };
  };

  test.each(['CONFIRMED', 'HELD'])('is given a booking that is %s', (status) => {
    expect(lets(changeOf(keys.bookingKey('u', 'bkg_1'), 'INSERT', { status: { S: status } }))).toBe(true);
  });

  test.each(['INSERT', 'MODIFY', 'REMOVE'])('is not told what else a request writes: %s', (eventName) => {
    const silent = [
      keys.idempotencyKey('u', 'createBooking', 'k'),
      keys.purchasesKey('u', 'evt_1'),
      keys.profileKey('u'),
      keys.inboxKey('u'),
      keys.waitlistKey('evt_1', 'a'),
      keys.waitlistPlaceKey('u', 'evt_1', 'a'),
      keys.waitingKey('evt_1', 'a', 2, 1),
      keys.totalKey('evt_1'),
      keys.dayKey('2030-01-01'),
      keys.seenKey('evt_1', 'a'),
    ];
    expect(silent.filter((key) => lets(changeOf(key, eventName)))).toEqual([]);
  });

  test('is not told what follows from an email', () => {
    expect(lets(changeOf(keys.notificationKey('u', 'ntf_1'), 'MODIFY'))).toBe(false);
  });

  test('has the name of the stack in its own, as stages are in one account, and no policy that lets others in', () => {
    expect(only(template, 'AWS::Events::EventBus').Properties.Name).toMatch(/^Evently/);
    expect(only(feedFor({ name: 'a' }), 'AWS::Events::EventBus').Properties.Name).toMatch(/^Alone/);
    expect(resources(template, 'AWS::Events::EventBusPolicy')).toEqual({});
  });

  test('has a rule for each worker with a standard queue', () => {
    const rules = Object.values(resources(template, 'AWS::Events::Rule')).map(({ Properties }) => Properties);
    expect(rules.map(({ Targets }) => target(Targets))).toEqual(
      ungrouped.map((worker) => expect.stringMatching(new RegExp(`^${prefixOf(worker)}Queue`))),
    );
    for (const rule of rules) expect(rule.EventBusName).toEqual({ Ref: busId });
  });

  test('is given nothing before every rule is there, and may send', () => {
    const ids = (type: string, prefix: string) =>
      Object.keys(resources(template, type)).filter((id) => id.startsWith(prefix));
    const needed = ungrouped.flatMap((worker) => [
      ...ids('AWS::Events::Rule', `Changes${prefixOf(worker)}`),
      ...ids('AWS::SQS::QueuePolicy', `${prefixOf(worker)}QueuePolicy`),
    ]);
    expect(needed).toHaveLength(2 * ungrouped.length);
    const undelivered = ids('AWS::SQS::QueuePolicy', 'ChangesUndelivered');
    expect(pipe.DependsOn).toEqual(expect.arrayContaining([...needed, ...undelivered]));
  });
});

describe.each(ungrouped)('the rule for %s', (worker) => {
  const prefix = prefixOf(worker);
  const [[ruleId, { Properties: rule }]] = Object.entries(resources(template, 'AWS::Events::Rule')).filter(([id]) =>
    id.startsWith(`Changes${prefix}`),
  ) as [[string, Resource]];
  const queueId = target(rule.Targets) ?? '';
  const source = { ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': [ruleId, 'Arn'] } } };

  test('matches changes of the table that the worker wants', () => {
    const { changes } = workerSpecs[worker];
    const { EventBridgeEventBusParameters: parameters } = startingWith(
      template,
      'AWS::Pipes::Pipe',
      pipes['the pipe to the bus'],
    ).Properties.TargetParameters;
    const detail = changes.length > 1 ? { $or: changes } : changes[0];
    expect(rule.EventPattern).toEqual({ source: [parameters.Source], detail });
    expect(rule.State).toBe('ENABLED');
  });

  test('sends the record as it came from the stream, and tries for a day', () => {
    expect(rule.Targets).toEqual([
      {
        Id: 'Target0',
        Arn: { 'Fn::GetAtt': [queueId, 'Arn'] },
        InputPath: '$.detail',
        RetryPolicy: { MaximumEventAgeInSeconds: 24 * 60 * 60, MaximumRetryAttempts: 185 },
        DeadLetterConfig: { Arn: { 'Fn::GetAtt': [expect.stringMatching(/^ChangesUndelivered/), 'Arn'] } },
      },
    ]);
  });

  test('has a pattern of a length that AWS allows', () => {
    expect(JSON.stringify(rule.EventPattern).length).toBeLessThanOrEqual(2_048);
  });

  test('may send to its queue, as the only one, and to that of what it cannot send', () => {
    expect(allowedIn(queueId)).toEqual([
      {
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: { 'Fn::GetAtt': [queueId, 'Arn'] },
        Condition: source,
      },
    ]);
    const undelivered = target(rule.Targets[0].DeadLetterConfig) ?? '';
    expect(allowedIn(undelivered)).toContainEqual(
      expect.objectContaining({ Action: 'sqs:SendMessage', Condition: source }),
    );
    expect(resources(template, 'AWS::SQS::Queue')[undelivered]?.Properties.MessageRetentionPeriod).toBe(fourteenDays);
  });
});

describe('the FIFO queue', () => {
  const pipe = startingWith(template, 'AWS::Pipes::Pipe', pipes['the pipe to the FIFO queue']);

  test('is that of the only worker with groups, whose pipe sends what it wants', () => {
    expect(grouped).toEqual(['promote-waitlist']);
    expect(target(pipe.Properties.Target)).toMatch(/^promotewaitlistQueue/);
    expect(filterOf(pipe)).toEqual({ $or: workerSpecs['promote-waitlist'].changes });
  });

  test('is told the group, and takes a record once however often it is read', () => {
    expect(pipe.Properties.TargetParameters).toEqual({
      SqsQueueParameters: { MessageGroupId: '$.dynamodb.NewImage.tierKey.S', MessageDeduplicationId: '$.eventID' },
    });
  });

  test('is written to by nobody else', () => {
    expect(allowedIn(target(pipe.Properties.Target) ?? '')).toEqual([]);
  });
});

describe('what sends changes in the place of a pipe', () => {
  const { Properties: policy } = ofFunction(template, 'AWS::IAM::Policy', replayWorker);
  const { Properties: replay } = ofFunction(template, 'AWS::Lambda::Function', replayWorker);
  const pipeOf = (prefix: string) => startingWith(template, 'AWS::Pipes::Pipe', prefix).Properties;

  test('is told what each pipe does, in its own words', () => {
    const [bus, queue] = [pipeOf(pipes['the pipe to the bus']), pipeOf(pipes['the pipe to the FIFO queue'])];
    const { Source, DetailType } = bus.TargetParameters.EventBridgeEventBusParameters;
    const ids = Object.keys(resources(template, 'AWS::Pipes::Pipe'));
    // With a name in the place of each token.
    const routes = replay.Environment.Variables.REPLAY_ROUTES['Fn::Join'][1]
      .map((part: unknown) => (typeof part === 'string' ? part : target(part)))
      .join('');
    expect(JSON.parse(routes)).toEqual([
      {
        pipe: ids.find((id) => id.startsWith('ChangesToBus')),
        bus: target(bus.Target),
        source: Source,
        detailType: DetailType,
      },
      {
        pipe: ids.find((id) => id.startsWith('ChangesTopromotewaitlist')),
        queueUrl: target(queue.Target),
        groupBy: queue.TargetParameters.SqsQueueParameters.MessageGroupId,
      },
    ]);
  });

  test('may read the stream and send where the pipes send, and nowhere else', () => {
    const allowed = (action: string) =>
      policy.PolicyDocument.Statement.filter(
        ({ Effect, Action }: { Effect: string; Action: string | string[] }) =>
          Effect === 'Allow' && [Action].flat().includes(action),
      ).map(({ Resource }: { Resource: unknown }) => Resource);
    expect(allowed('dynamodb:GetRecords')).toEqual([stream]);
    expect(allowed('dynamodb:GetShardIterator')).toEqual([stream]);
    expect(allowed('events:PutEvents')).toEqual([pipeOf(pipes['the pipe to the bus']).Target]);
    expect(allowed('sqs:SendMessage')).toEqual([pipeOf(pipes['the pipe to the FIFO queue']).Target]);
  });

  test('takes the dead letters of both pipes, from administrators and from no rule', () => {
    const [queueId = ''] = Object.keys(resources(template, 'AWS::SQS::Queue')).filter((id) =>
      id.startsWith('replaychangesQueue'),
    );
    expect(allowedIn(queueId)).toEqual([]);
    const { DEAD_LETTER_QUEUES: settings } = ofFunction(template, 'AWS::Lambda::Function', 'admin').Properties
      .Environment.Variables;
    const text = settings['Fn::Join'][1]
      .map((part: unknown) => (typeof part === 'string' ? part : target(part)))
      .join('');
    const ofPipes = text.split(',').filter((queue: string) => queue.split(' ')[1] === 'pipe');
    expect(ofPipes.map((queue: string) => [queue.split(' ')[0], queue.split(' ')[3]])).toEqual([
      ['changes-tobus', queueId],
      ['changes-to-promote-waitlist', queueId],
    ]);
  });
});

test('expire-hold is given new bookings that are held, and nothing else', () => {
  expect(startingWith(template, 'AWS::Events::Rule', 'Changesexpirehold').Properties.EventPattern.detail).toEqual({
    eventName: ['INSERT'],
    dynamodb: { NewImage: { sk: { S: [{ prefix: 'BOOKING#' }] }, status: { S: ['HELD'] } } },
  });
});

test('one pattern stands as it is, of several one is enough', () => {
  const [insert, remove] = [{ eventName: ['INSERT'] }, { eventName: ['REMOVE'] }];
  const patternOf = (...changes: Record<string, unknown>[]) =>
    only(feedFor({ name: 'a', changes }), 'AWS::Events::Rule').Properties.EventPattern.detail;
  expect(patternOf(insert)).toEqual(insert);
  expect(patternOf(insert, remove)).toEqual({ $or: [insert, remove] });
  expect(() => patternOf()).toThrow('there is no pattern');
});

test.each<{ fault: string; feed: () => Template }>([
  { fault: 'a FIFO queue without a group', feed: () => feedFor({ name: 'a', fifo: true }) },
  { fault: 'a group for a standard queue', feed: () => feedFor({ name: 'a', groupBy: '$.eventID' }) },
  {
    fault: 'a second FIFO queue',
    feed: () =>
      feedFor({ name: 'a', fifo: true, groupBy: '$.eventID' }, { name: 'b', fifo: true, groupBy: '$.eventID' }),
  },
])('$fault is an error that names the feed', ({ feed }) => {
  expect(feed).toThrow('Alone/Feed: ');
});
