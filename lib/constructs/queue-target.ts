import type { Duration } from 'aws-cdk-lib';
import { type IRuleRef, type IRuleTarget, type RuleTargetConfig, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Queue } from 'aws-cdk-lib/aws-sqs';

export interface QueueTargetProps {
  /** What of the event is sent, as in `$.detail`. */
  readonly path: string;
  /** Takes what cannot be sent in this time and with so many attempts. */
  readonly deadLetterQueue: Queue;
  readonly maxEventAge: Duration;
  readonly retryAttempts: number;
}

/**
 * Lets a rule send to a queue. The target of the library would also let it ask for the queue's URL and attributes, which
 * EventBridge does not do.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sqs-permissions
 */
export class QueueTarget implements IRuleTarget {
  private readonly queue: Queue;
  private readonly props: QueueTargetProps;

  constructor(queue: Queue, props: QueueTargetProps) {
    this.queue = queue;
    this.props = props;
  }

  bind({ ruleRef }: IRuleRef): RuleTargetConfig {
    const { path, deadLetterQueue, maxEventAge, retryAttempts } = this.props;
    for (const queue of [this.queue, deadLetterQueue]) {
      queue.addToResourcePolicy(
        new PolicyStatement({
          principals: [new ServicePrincipal('events.amazonaws.com')],
          actions: ['sqs:SendMessage'],
          resources: [queue.queueArn],
          conditions: { ArnEquals: { 'aws:SourceArn': ruleRef.ruleArn } },
        }),
      );
    }
    return {
      arn: this.queue.queueArn,
      input: RuleTargetInput.fromEventPath(path),
      targetResource: this.queue,
      deadLetterConfig: { arn: deadLetterQueue.queueArn },
      retryPolicy: { maximumEventAgeInSeconds: maxEventAge.toSeconds(), maximumRetryAttempts: retryAttempts },
    };
  }
}
