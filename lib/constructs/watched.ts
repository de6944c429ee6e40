import { CfnRule } from 'aws-cdk-lib/aws-events';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnPipe } from 'aws-cdk-lib/aws-pipes';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import type { IConstruct } from 'constructs';

/** A part of the stack, and what it is called in alarms and on the dashboard. */
export interface Watched<Part> {
  readonly name: string;
  readonly part: Part;
}

/** Everything of a stack that is watched alike, so that no new worker is forgotten. */
export interface WatchedParts {
  readonly functions: readonly Watched<LambdaFunction>[];
  /** Queues of work: each has a dead-letter queue. */
  readonly queues: readonly Watched<Queue>[];
  readonly deadLetterQueues: readonly Watched<Queue>[];
  readonly pipes: readonly Watched<CfnPipe>[];
  readonly rules: readonly Watched<CfnRule>[];
}

/** Finds the parts that the scope has by now. */
export function watchedParts(scope: IConstruct): WatchedParts {
  const all = scope.node.findAll();
  const of = <Part extends IConstruct>(is: (construct: IConstruct) => construct is Part): Watched<Part>[] =>
    all.filter(is).map((part) => ({ name: nameOf(part, scope), part }));
  const queues = of((construct) => construct instanceof Queue);
  return {
    functions: of((construct) => construct instanceof LambdaFunction),
    queues: queues.filter(({ part }) => part.deadLetterQueue),
    deadLetterQueues: queues.filter(({ part }) => !part.deadLetterQueue),
    pipes: of((construct) => construct instanceof CfnPipe),
    rules: of((construct) => construct instanceof CfnRule),
  };
}

/** Ids that tell the kind of a part, which those who use its name know already. */
const kinds: ReadonlySet<string> = new Set(['Resource', 'Function', 'Worker', 'Queue', 'DeadLetters', 'Pipe', 'Rule']);

/** The part's path without what says its kind, such as `promote-waitlist`. */
function nameOf(part: IConstruct, scope: IConstruct): string {
  const path = part.node.path.slice(scope.node.path.length).split('/').filter(Boolean);
  return path.filter((id) => !kinds.has(id)).join('/');
}
