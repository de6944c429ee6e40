import type { PropertiesOf } from './resource-types.ts';
import type { Sqs } from './sqs.ts';
import { StackError } from './stack-error.ts';
import type { ResolvedTemplate, Resource } from './template.ts';

export type Queue = Resource<'AWS::SQS::Queue'>;

/** Finds a queue by its ARN. `where` is the resource and type that asks for it. */
export type FindQueue = (arn: string, where: string) => Queue;

/**
 * Makes the queues of a template. Those that are there from an earlier start keep their messages, and get the
 * attributes that the template has now.
 *
 * @throws {StackError} where a dead-letter queue is no queue of the template, or of the other kind.
 */
export async function createQueues(template: ResolvedTemplate, sqs: Sqs): Promise<FindQueue> {
  const queues = template.of('AWS::SQS::Queue');
  const findQueue: FindQueue = (arn, where) => {
    const queue = queues.find(({ attributes }) => attributes.Arn === arn);
    if (!queue) throw new StackError(`${where} names ${arn}, which is no queue of the template.`);
    return queue;
  };
  for (const queue of queues) checkDeadLetters(queue, findQueue);
  for (const queue of queues) {
    const attributes = attributesOf(queue.properties);
    const name = nameOf(queue);
    if (sqs.hasQueue(name)) {
      await sqs.call('SetQueueAttributes', { QueueUrl: queue.ref, Attributes: { RedrivePolicy: '', ...attributes } });
    } else {
      sqs.createQueue(name, { attributes });
    }
  }
  return findQueue;
}

export function nameOf({ attributes, logicalId }: Queue): string {
  if (!attributes.QueueName) throw new Error(`${logicalId} has no name`);
  return attributes.QueueName;
}

export function isFifo({ properties }: Queue): boolean {
  return properties.FifoQueue === true;
}

function checkDeadLetters(queue: Queue, findQueue: FindQueue): void {
  const { RedrivePolicy: redrive } = queue.properties;
  if (!redrive) return;
  const where = `${queue.logicalId} (AWS::SQS::Queue)`;
  const target = findQueue(redrive.deadLetterTargetArn, where);
  if (isFifo(target) !== isFifo(queue)) {
    throw new StackError(`${where} and its dead-letter queue ${target.logicalId} have to be of one kind: FIFO or not.`);
  }
}

function attributesOf(properties: PropertiesOf<'AWS::SQS::Queue'>): Record<string, string> {
  const { RedrivePolicy: redrive } = properties;
  return {
    DelaySeconds: String(properties.DelaySeconds),
    VisibilityTimeout: String(properties.VisibilityTimeout),
    MessageRetentionPeriod: String(properties.MessageRetentionPeriod),
    MaximumMessageSize: String(properties.MaximumMessageSize),
    ReceiveMessageWaitTimeSeconds: String(properties.ReceiveMessageWaitTimeSeconds),
    ...(properties.FifoQueue && {
      FifoQueue: 'true',
      ContentBasedDeduplication: String(properties.ContentBasedDeduplication ?? false),
    }),
    ...(redrive && { RedrivePolicy: JSON.stringify(redrive) }),
  };
}
