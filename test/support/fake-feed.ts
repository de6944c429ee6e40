import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Template } from '../../local/synthesize.ts';
import { fakeTemplate, writeAssembly } from './fake-assembly.ts';

type Resources = Parameters<typeof fakeTemplate>[0];
type Properties = Record<string, unknown>;

/** Notes what it is given, and does what the item of a message says in its attribute `does`. */
const worker = `
import { appendFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
const note = (entry) => appendFileSync(process.env.LEDGER, JSON.stringify({ at: Date.now(), ...entry }) + '\\n');
export async function handler(event) {
  if (!event.Records) return { statusCode: 200, body: '' };
  const items = event.Records.map(({ messageId, body, attributes }) => {
    const { NewImage: image } = JSON.parse(body).dynamodb;
    return { messageId, id: image.pk.S, does: image.does?.S, receives: Number(attributes.ApproximateReceiveCount) };
  });
  const ids = items.map(({ id }) => id);
  note({ kind: 'begin', ids, event });
  const does = (what) => items.filter((item) => item.does === what);
  if (does('slow').length > 0) await wait(300);
  if (does('hang').length > 0) await wait(60_000);
  if (does('throw').length > 0) throw new Error('told to');
  if (does('babble').length > 0) return { batchItemFailures: [{ id: items[0].messageId }] };
  const failed = [...does('fail'), ...does('fail-once').filter(({ receives }) => receives === 1)];
  note({ kind: 'end', ids: ids.filter((id) => !failed.some((item) => item.id === id)) });
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}`;

export interface LedgerEntry {
  readonly kind: 'begin' | 'end';
  /** Epoch milliseconds. */
  readonly at: number;
  readonly ids: readonly string[];
  // biome-ignore lint/suspicious/noExplicitAny: the event of a function, as it is.
  readonly event: any;
}

export interface FakeFeed {
  readonly assemblyDir: string;
  /** What the worker has noted so far. */
  ledger(): LedgerEntry[];
  /** Ids in the order in which the worker was done with them. */
  done(): string[];
  /** When the worker was first given an item. */
  begun(id: string): number | undefined;
  remove(): void;
}

/** Writes an assembly of `feedTemplate`, whose worker keeps a ledger. */
export function writeFakeFeed(changes: Resources, { timeoutSeconds = 1 } = {}): FakeFeed {
  const ledgerDir = mkdtempSync(join(tmpdir(), 'evently-ledger-'));
  const file = join(ledgerDir, 'ledger.jsonl');
  const assemblyDir = writeAssembly(feedTemplate(changes, { ledger: file, timeoutSeconds }), worker);
  const ledger = () =>
    existsSync(file)
      ? readFileSync(file, 'utf8')
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line) as LedgerEntry)
      : [];
  return {
    assemblyDir,
    ledger,
    done: () => ledger().flatMap(({ kind, ids }) => (kind === 'end' ? ids : [])),
    begun: (id) => ledger().find(({ kind, ids }) => kind === 'begin' && ids.includes(id))?.at,
    remove: () => {
      for (const directory of [assemblyDir, ledgerDir]) rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A template with `changes`, a table that has a stream, and the function `Worker`. */
export function feedTemplate(changes: Resources = {}, { ledger = '', timeoutSeconds = 1 } = {}): Template {
  const { Table, Function: api } = fakeTemplate().Resources;
  return fakeTemplate({
    Table: {
      Type: 'AWS::DynamoDB::GlobalTable',
      Properties: { ...Table?.Properties, StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' } },
    },
    Worker: {
      Type: 'AWS::Lambda::Function',
      Properties: { ...api?.Properties, Timeout: timeoutSeconds, Environment: { Variables: { LEDGER: ledger } } },
    },
    ...changes,
  });
}

export const arnOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });

/** A queue whose messages come again after one second. */
export function queue(properties: Properties = {}) {
  return { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout: 1, ...properties } };
}

interface PipeChanges {
  /** @default INSERT */
  readonly eventName?: 'INSERT' | 'MODIFY' | 'REMOVE';
  /** More parameters of the stream. */
  readonly stream?: Properties;
  readonly [property: string]: unknown;
}

/** A pipe from the table to a queue, for changes of items whose key begins with `prefix`. */
export function pipe(target: string, prefix: string, changes: PipeChanges = {}) {
  const { eventName = 'INSERT', stream, ...properties } = changes;
  const pattern = { eventName: [eventName], dynamodb: { Keys: { pk: { S: [{ prefix }] } } } };
  return {
    Type: 'AWS::Pipes::Pipe',
    Properties: {
      RoleArn: arnOf('Role'),
      Source: { 'Fn::GetAtt': ['Table', 'StreamArn'] },
      Target: arnOf(target),
      SourceParameters: {
        DynamoDBStreamParameters: { StartingPosition: 'TRIM_HORIZON', ...stream },
        FilterCriteria: { Filters: [{ Pattern: JSON.stringify(pattern) }] },
      },
      ...properties,
    },
  };
}

/** A bus; a pipe may have it as its target. */
export function bus(properties: Properties = {}) {
  return { Type: 'AWS::Events::EventBus', Properties: { Name: 'fake', ...properties } };
}

interface RuleChanges {
  /** More of the rule's only target. */
  readonly target?: Properties;
  readonly [property: string]: unknown;
}

/** A rule of the bus `Bus` that sends the records of events that match to a queue. */
export function rule(target: string, EventPattern: object, { target: more, ...properties }: RuleChanges = {}) {
  return {
    Type: 'AWS::Events::Rule',
    Properties: {
      EventBusName: { Ref: 'Bus' },
      EventPattern,
      Targets: [{ Id: 'Target0', Arn: arnOf(target), InputPath: '$.detail', ...more }],
      ...properties,
    },
  };
}

/** Lets rules send to a queue. */
export function policy(target: string, ...rules: string[]) {
  const Statement = rules.map((logicalId) => ({
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: arnOf(target),
    Condition: { ArnEquals: { 'aws:SourceArn': arnOf(logicalId) } },
  }));
  return {
    Type: 'AWS::SQS::QueuePolicy',
    Properties: { Queues: [{ Ref: target }], PolicyDocument: { Version: '2012-10-17', Statement } },
  };
}

/** A mapping from a queue to the worker, with partial failures. */
export function mapping(source: string, properties: Properties = {}) {
  return {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      EventSourceArn: arnOf(source),
      FunctionName: { Ref: 'Worker' },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ...properties,
    },
  };
}
