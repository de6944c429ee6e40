import { Duration, Validations } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/** How every queue of the stack is closed: encrypted, and to everybody without TLS. */
export const queueProtection = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true } as const;

/**
 * The longest that SQS keeps a message, so that there is time to find out why it could not be worked on. In a standard
 * queue the time in both queues counts together; a shorter one in the first would only lose messages earlier.
 */
export const retentionPeriod = Duration.days(14);

export interface DeadLetterQueueProps {
  /** @default a standard queue */
  readonly fifo?: true;
  /**
   * Whose dead letters it takes, such as `a pipe`.
   * @default those of another queue, which names it as its own
   */
  readonly of?: string;
}

/** A queue for what could not be done. */
export function deadLetterQueue(scope: Construct, id: string, { fifo, of }: DeadLetterQueueProps): Queue {
  const queue = new Queue(scope, id, { ...(fifo && { fifo }), ...queueProtection, retentionPeriod });
  if (of) {
    Validations.of(queue).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: `It is itself the dead-letter queue of ${of}.`,
    });
  }
  return queue;
}
