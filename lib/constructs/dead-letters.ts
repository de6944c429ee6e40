import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnPipe } from 'aws-cdk-lib/aws-pipes';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { IConstruct } from 'constructs';
import { watchedParts } from './watched.ts';

/**
 * Lets the function look into every queue of dead letters that the scope has by now, and send their messages back where
 * they came from.
 *
 * @param replay Takes the messages of pipes, which name changes and do not hold them.
 */
export function grantDeadLetters(target: LambdaFunction, scope: IConstruct, replay: Queue): void {
  const { queues, deadLetterQueues } = watchedParts(scope);
  const sources = new Map(queues.map(({ part }) => [part.deadLetterQueue?.queue as Queue | undefined, part]));
  const all = deadLetterQueues.map(({ name, part }) => {
    const kind = kindOf(part, sources.has(part));
    const source = kind === 'pipe' ? replay : sources.get(part);
    return { name: name.replaceAll('/', '-').toLowerCase(), queue: part, kind, source };
  });
  const grant = (actions: string[], resources: string[]) =>
    target.addToRolePolicy(new PolicyStatement({ actions: actions.map((action) => `sqs:${action}`), resources }));
  grant(
    ['GetQueueAttributes', 'ReceiveMessage', 'DeleteMessage'],
    all.map(({ queue }) => queue.queueArn),
  );
  // Two pipes have one place to go back to.
  grant(['SendMessage'], [...new Set(all.flatMap(({ source }) => source?.queueArn ?? []))]);
  const settings = all.map(({ name, kind, queue, source }) =>
    [name, kind, queue.queueUrl, ...(source ? [source.queueUrl] : [])].join(' '),
  );
  target.addEnvironment('DEAD_LETTER_QUEUES', settings.join(','));
}

function kindOf(queue: Queue, isOfWorker: boolean): 'worker' | 'pipe' | 'rules' {
  if (isOfWorker) return 'worker';
  const isOfPipe = queue.node.scope?.node.children.some((sibling) => sibling instanceof CfnPipe) ?? false;
  return isOfPipe ? 'pipe' : 'rules';
}
