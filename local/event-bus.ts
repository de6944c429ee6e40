import { randomUUID } from 'node:crypto';
import { compilePattern } from './event-pattern.ts';
import { type FindQueue, isFifo, nameOf, type Queue } from './queues.ts';
import { bodyOf, type Sqs } from './sqs.ts';
import { StackError } from './stack-error.ts';
import type { ResolvedTemplate, Resource } from './template.ts';

/** A bus whose rules are understood. */
export interface EventBus {
  readonly resource: Resource<'AWS::Events::EventBus'>;
  readonly rules: readonly Rule[];
}

interface Rule {
  readonly resource: Resource<'AWS::Events::Rule'>;
  readonly matches: (event: object) => boolean;
  readonly targets: readonly RuleTarget[];
}

interface RuleTarget {
  readonly queue: Queue;
  /** What of the event is sent. */
  readonly path: '$' | '$.detail';
  readonly deadLetters: Queue | undefined;
}

/** An event as rules see it. */
export interface BusEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: object;
  readonly [name: string]: unknown;
}

/**
 * Reads the buses of a template with their rules.
 *
 * @throws {StackError} where a rule is not understood. Whether its queues let it send is a question of permissions.
 */
export function readBuses(template: ResolvedTemplate, findQueue: FindQueue): EventBus[] {
  const buses = template.of('AWS::Events::EventBus');
  const rules = template.of('AWS::Events::Rule');
  const stray = rules.find(({ properties }) => !buses.some(({ ref }) => ref === properties.EventBusName));
  if (stray) {
    const { EventBusName: name } = stray.properties;
    throw new StackError(`${whereOf(stray)} belongs to ${name}, which is no bus of the template.`);
  }
  return buses.map((resource) => ({
    resource,
    rules: rules
      .filter(({ properties }) => properties.EventBusName === resource.ref)
      .map((rule) => readRule(rule, findQueue)),
  }));
}

function readRule(resource: Rule['resource'], findQueue: FindQueue): Rule {
  const where = whereOf(resource);
  const { EventPattern, Targets } = resource.properties;
  const targets = Targets.map(({ Arn, InputPath, DeadLetterConfig }) => {
    const queue = findQueue(Arn, where);
    if (isFifo(queue)) {
      throw new StackError(`${where} sends to the FIFO queue ${queue.logicalId}, but has no message group for it.`);
    }
    const deadLetters = DeadLetterConfig && findQueue(DeadLetterConfig.Arn, where);
    if (deadLetters && isFifo(deadLetters)) {
      throw new StackError(`${where} has the FIFO queue ${deadLetters.logicalId} as its dead-letter queue.`);
    }
    return { queue, path: InputPath, deadLetters };
  });
  return { resource, matches: compilePattern(JSON.stringify(EventPattern), where), targets };
}

/** The event that a detail, such as a record of a stream, becomes on a bus. */
export function eventOf(
  { resource }: EventBus,
  detail: object,
  { source, detailType }: { readonly source: string; readonly detailType: string },
): BusEvent {
  const [, , , region, account] = (resource.attributes.Arn ?? '').split(':');
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': detailType,
    source,
    account,
    time: `${new Date().toISOString().slice(0, 19)}Z`,
    region,
    resources: [],
    detail,
  };
}

/** Sends an event to the queues of all rules that match it; what a queue does not take goes to the target's dead letters. */
export function putEvent(
  bus: EventBus,
  event: BusEvent,
  { sqs, log }: { sqs: Sqs; log: (line: string) => void },
): void {
  for (const { resource, matches, targets } of bus.rules) {
    if (!matches(event)) continue;
    for (const { queue, path, deadLetters } of targets) {
      try {
        sqs.sendMessage(nameOf(queue), bodyOf(path === '$.detail' ? event.detail : event));
      } catch (error) {
        const cause = error instanceof Error ? error.message : String(error);
        log(`${whereOf(resource)} cannot send the event ${event.id} to ${queue.logicalId}: ${cause}`);
        if (deadLetters) sendDeadLetter(sqs, deadLetters, { event, rule: resource, queue, cause });
      }
    }
  }
}

interface Failure {
  readonly event: BusEvent;
  readonly rule: Rule['resource'];
  readonly queue: Queue;
  readonly cause: string;
}

/** The event as it was on the bus, and whose it is in the attributes of the message. */
function sendDeadLetter(sqs: Sqs, deadLetters: Queue, { event, rule, queue, cause }: Failure): void {
  const attribute = (value = '') => ({ DataType: 'String', StringValue: value });
  sqs.sendMessage(nameOf(deadLetters), bodyOf(event), {
    messageAttributes: {
      RULE_ARN: attribute(rule.attributes.Arn),
      TARGET_ARN: attribute(queue.attributes.Arn),
      ERROR_MESSAGE: attribute(cause),
    },
  });
}

function whereOf({ logicalId }: Rule['resource']): string {
  return `${logicalId} (AWS::Events::Rule)`;
}
