import { describe, expect, test } from 'vitest';
import { readBuses } from '../../local/event-bus.ts';
import { enforcePolicies } from '../../local/iam/iam.ts';
import { readPipe } from '../../local/pipes.ts';
import { createQueues } from '../../local/queues.ts';
import type { Sqs } from '../../local/sqs.ts';
import { resolveTemplate } from '../../local/template.ts';
import { arnOf, bus, feedTemplate, mapping, pipe, policy, queue, rule } from '../support/fake-feed.ts';
import { fakeWorld } from '../support/fake-world.ts';

const resolve = (changes: Parameters<typeof feedTemplate>[0]) => resolveTemplate(feedTemplate(changes), fakeWorld);
const sqs: Sqs = {
  endpoint: fakeWorld.sqsUrl,
  hasQueue: () => false,
  atOnce: (send) => send(),
  createQueue: (queueName) => ({ queueUrl: '', queueArn: '', queueName }),
  sendMessage: () => ({ messageId: '', md5OfBody: '' }),
  call: async () => ({}),
  stop: async () => undefined,
};
const read = async (changes: Parameters<typeof feedTemplate>[0]) => {
  const template = resolve(changes);
  const findQueue = await createQueues(template, sqs);
  const targets = { findQueue, buses: readBuses(template, findQueue) };
  return template.of('AWS::Pipes::Pipe').map((resource) => readPipe(resource, targets));
};
/** Starts only what AWS would let run. */
const enforce = (changes: Parameters<typeof feedTemplate>[0]) => {
  enforcePolicies(resolve(changes), fakeWorld);
};
const toFifo = (parameters: object) => pipe('Q', 'a', { TargetParameters: { SqsQueueParameters: parameters } });

describe('a queue', () => {
  test('has a URL, an ARN and a name that follows the rules of SQS', () => {
    const logicalId = 'LogicalIdOfAQueueThatIsMuchTooLongToBeAPartOfTheNameOfItsQueue';
    const [plain, fifo] = resolve({ [logicalId]: queue(), Jobs: queue({ FifoQueue: true }) }).of('AWS::SQS::Queue');
    expect(plain?.attributes.QueueName).toMatch(/^Fake-LogicalIdOf[\w-]+-logicalidofa$/);
    expect(plain?.attributes.QueueName?.length).toBeLessThanOrEqual(75);
    expect(fifo?.ref).toBe('http://127.0.0.1:4566/000000000000/Fake-Jobs-jobsxxxxxxxx.fifo');
    expect(fifo?.attributes).toEqual({
      Arn: 'arn:aws:sqs:us-east-1:000000000000:Fake-Jobs-jobsxxxxxxxx.fifo',
      QueueName: 'Fake-Jobs-jobsxxxxxxxx.fifo',
    });
  });

  test.each([
    ['unknown: Colour', { Colour: 'red' }],
    ['DelaySeconds', { DelaySeconds: 901 }],
    [
      'RedrivePolicy: unknown: minReceiveCount',
      { RedrivePolicy: { deadLetterTargetArn: 'a', maxReceiveCount: 1, minReceiveCount: 1 } },
    ],
    ['ContentBasedDeduplication: only for a FIFO queue', { ContentBasedDeduplication: true }],
    ['QueueName: ends with .fifo', { QueueName: 'jobs', FifoQueue: true }],
    ['DeduplicationScope', { FifoQueue: true, DeduplicationScope: 'messageGroup' }],
  ])('is refused: %s', (fault, properties) => {
    expect(() => resolve({ Jobs: queue(properties) })).toThrow('Jobs (AWS::SQS::Queue) has properties');
    expect(() => resolve({ Jobs: queue(properties) })).toThrow(fault);
  });

  test('is refused with a dead-letter queue of the other kind, or one that is elsewhere', async () => {
    const redrive = (target: unknown) => ({ RedrivePolicy: { deadLetterTargetArn: target, maxReceiveCount: 5 } });
    await expect(read({ Dead: queue(), Jobs: queue({ FifoQueue: true, ...redrive(arnOf('Dead')) }) })).rejects.toThrow(
      'Jobs (AWS::SQS::Queue) and its dead-letter queue Dead have to be of one kind',
    );
    await expect(read({ Jobs: queue(redrive('arn:aws:sqs:us-east-1:1:other')) })).rejects.toThrow(
      'Jobs (AWS::SQS::Queue) names arn:aws:sqs:us-east-1:1:other, which is no queue of the template.',
    );
  });
});

describe('a pipe', () => {
  test.each([
    ['unknown: Enrichment', { Enrichment: 'arn:aws:lambda:x' }],
    [
      'TargetParameters: unknown: InputTemplate',
      { TargetParameters: { SqsQueueParameters: {}, InputTemplate: '<$.a>' } },
    ],
    ['StartingPosition', { stream: { StartingPosition: 'LATEST' } }],
    ['MaximumBatchingWindowInSeconds', { stream: { MaximumBatchingWindowInSeconds: 5 } }],
    ['SourceParameters.DynamoDBStreamParameters: unknown: Speed', { stream: { Speed: 1 } }],
    ['MessageGroupId', { TargetParameters: { SqsQueueParameters: { MessageGroupId: '$.a[0]' } } }],
    ['begin with aws.', { TargetParameters: { EventBridgeEventBusParameters: { Source: 'aws.dynamodb' } } }],
    ['unknown: EndpointId', { TargetParameters: { EventBridgeEventBusParameters: { EndpointId: 'a.b' } } }],
  ])('is refused: %s', (fault, properties) => {
    const changes = { Q: queue(), Feed: pipe('Q', 'a', properties) };
    expect(() => resolve(changes)).toThrow('Feed (AWS::Pipes::Pipe) has properties');
    expect(() => resolve(changes)).toThrow(fault);
  });

  test('with several patterns lets through what matches one of them, without any everything', async () => {
    const feed = pipe('Q', 'a');
    const { SourceParameters: source } = feed.Properties;
    const withFilters = (...filters: object[]) => ({
      ...feed,
      Properties: {
        ...feed.Properties,
        SourceParameters: {
          ...source,
          FilterCriteria: { Filters: filters.map((one) => ({ Pattern: JSON.stringify(one) })) },
        },
      },
    });
    const [either] = await read({
      Q: queue(),
      Feed: withFilters({ eventName: ['INSERT'] }, { eventName: ['REMOVE'] }),
    });
    expect(['INSERT', 'MODIFY', 'REMOVE'].map((eventName) => either?.matches({ eventName }))).toEqual([
      true,
      false,
      true,
    ]);
    const [all] = await read({ Q: queue(), Feed: withFilters() });
    expect(all?.matches({})).toBe(true);
  });

  test('needs a message group for a FIFO queue and only there, and an id where the queue makes none', async () => {
    const group = { MessageGroupId: '$.eventName' };
    const fifo = queue({ FifoQueue: true });
    await expect(read({ Q: fifo, Feed: pipe('Q', 'a') })).rejects.toThrow(
      'Feed (AWS::Pipes::Pipe) needs a MessageGroupId',
    );
    await expect(read({ Q: queue(), Feed: toFifo(group) })).rejects.toThrow('needs a MessageGroupId');
    await expect(read({ Q: fifo, Feed: toFifo(group) })).rejects.toThrow('needs a MessageDeduplicationId: Q does not');
    const content = queue({ FifoQueue: true, ContentBasedDeduplication: true });
    await expect(read({ Q: content, Feed: toFifo(group) })).resolves.toHaveLength(1);
  });
});

describe('a bus', () => {
  const rules = { Bus: bus(), Q: queue(), QPolicy: policy('Q', 'Sort') };

  test('is refused where it is the default bus, or has no name', () => {
    expect(() => resolve({ Bus: bus({ Name: 'default' }) })).toThrow('Name: only a bus of its own');
    expect(() => resolve({ Bus: bus({ Name: undefined }) })).toThrow('Bus (AWS::Events::EventBus) has properties');
    expect(() => resolve({ Bus: bus({ EventSourceName: 'a' }) })).toThrow('unknown: EventSourceName');
  });

  test('is a target of pipes, with parameters of its own', async () => {
    const toBus = (TargetParameters: object) => read({ Bus: bus(), Feed: pipe('Bus', 'a', { TargetParameters }) });
    const [feed] = await toBus({ EventBridgeEventBusParameters: { Source: 'a', DetailType: 'b' } });
    expect(feed?.target).toMatchObject({ bus: { resource: { logicalId: 'Bus' }, rules: [] } });
    await expect(toBus({ SqsQueueParameters: {} })).rejects.toThrow('has SqsQueueParameters, but its target Bus is');
    const toQueue = pipe('Q', 'a', { TargetParameters: { EventBridgeEventBusParameters: {} } });
    await expect(read({ Q: queue(), Feed: toQueue })).rejects.toThrow('but its target Q is a queue');
  });

  test.each([
    ['unknown: ScheduleExpression', { ScheduleExpression: 'rate(1 minute)' }],
    ['unknown: SqsParameters', { target: { SqsParameters: { MessageGroupId: 'a' } } }],
    ['InputPath', { target: { InputPath: '$.detail.dynamodb' } }],
    ['unknown: InputTransformer', { target: { InputTransformer: {} } }],
    ['RetryPolicy.MaximumRetryAttempts', { target: { RetryPolicy: { MaximumRetryAttempts: 186 } } }],
    ['State', { State: 'DISABLED' }],
    ['EventPattern: AWS allows 2,048 characters', { EventPattern: { source: ['a'.repeat(2_048)] } }],
    ['Targets', { Targets: [] }],
  ])('has no rule with this: %s', (fault, properties) => {
    const changes = { ...rules, Sort: rule('Q', { source: ['a'] }, properties) };
    expect(() => resolve(changes)).toThrow('Sort (AWS::Events::Rule) has properties');
    expect(() => resolve(changes)).toThrow(fault);
  });

  test('has rules that are understood, and belong to a bus of the template', async () => {
    await expect(read({ ...rules, Sort: rule('Q', { source: [{ suffix: 'a' }] }) })).rejects.toThrow(
      'Sort (AWS::Events::Rule) has the pattern {"source":[{"suffix":"a"}]}, which is not understood',
    );
    await expect(read({ ...rules, Sort: rule('Q', { source: ['a'] }, { EventBusName: 'other' }) })).rejects.toThrow(
      'Sort (AWS::Events::Rule) belongs to other, which is no bus of the template.',
    );
  });

  test('has no rule that sends to a FIFO queue, or leaves there what it cannot send', async () => {
    const fifo = { ...rules, Q: queue({ FifoQueue: true }) };
    await expect(read({ ...fifo, Sort: rule('Q', { source: ['a'] }) })).rejects.toThrow(
      'Sort (AWS::Events::Rule) sends to the FIFO queue Q, but has no message group for it.',
    );
    const target = { DeadLetterConfig: { Arn: arnOf('Dead') } };
    await expect(
      read({ ...rules, Dead: queue({ FifoQueue: true }), Sort: rule('Q', { source: ['a'] }, { target }) }),
    ).rejects.toThrow('Sort (AWS::Events::Rule) has the FIFO queue Dead as its dead-letter queue.');
  });

  test.each([
    ['without a policy for rules', { QPolicy: policy('Q') }],
    ['with the policy of another queue', { QPolicy: policy('Other', 'Sort') }],
    ['with a policy for another rule', { QPolicy: policy('Q', 'Another') }],
  ])('has no rule whose queue is %s', (_name, changes) => {
    const another = { Other: queue(), Another: rule('Q', { source: ['a'] }) };
    expect(() => enforce({ ...rules, Sort: rule('Q', { source: ['a'] }), ...another, ...changes })).toThrow(
      /^Sort \(AWS::Events::Rule\) needs the right to sqs:SendMessage on \S+:Fake-Q-\w+ because no resource-based policy/,
    );
  });

  test('has no rule whose dead-letter queue would take nothing from it', () => {
    const target = { DeadLetterConfig: { Arn: arnOf('Dead') } };
    const changes = { ...rules, Dead: queue(), Sort: rule('Q', { source: ['a'] }, { target }) };
    expect(() => enforce(changes)).toThrow(
      /^Sort \(AWS::Events::Rule\) needs the right to sqs:SendMessage on \S+:Fake-Dead-/,
    );
    expect(() => enforce({ ...changes, DeadPolicy: policy('Dead', 'Sort') })).not.toThrow();
  });
});

describe('an event source mapping', () => {
  test.each([
    ['unknown: FilterCriteria', { FilterCriteria: { Filters: [] } }],
    ['BatchSize: more than ten need', { BatchSize: 11 }],
    ['ScalingConfig.MaximumConcurrency', { ScalingConfig: { MaximumConcurrency: 1 } }],
    ['FunctionResponseTypes', { FunctionResponseTypes: ['ReportAll'] }],
  ])('is refused: %s', (fault, properties) => {
    const changes = { Q: queue(), Poll: mapping('Q', properties) };
    expect(() => resolve(changes)).toThrow('Poll (AWS::Lambda::EventSourceMapping) has properties');
    expect(() => resolve(changes)).toThrow(fault);
  });
});
