import { describe, expect, test } from 'vitest';
import { readPipe } from '../../local/pipes.ts';
import { createQueues } from '../../local/queues.ts';
import type { World } from '../../local/resource-types.ts';
import type { Sqs } from '../../local/sqs.ts';
import { resolveTemplate } from '../../local/template.ts';
import { arnOf, feedTemplate, mapping, pipe, queue } from '../support/fake-feed.ts';

const world: World = {
  region: 'us-east-1',
  accountId: '000000000000',
  stackName: 'Fake',
  apiUrl: 'http://127.0.0.1:3000',
  sqsUrl: 'http://127.0.0.1:4566',
  id: (purpose, length) => purpose.toLowerCase().padEnd(length, 'x').slice(0, length),
};
const resolve = (changes: Parameters<typeof feedTemplate>[0]) => resolveTemplate(feedTemplate(changes), world);
const sqs: Sqs = {
  endpoint: world.sqsUrl,
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
  return template.of('AWS::Pipes::Pipe').map((resource) => readPipe(resource, findQueue));
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
