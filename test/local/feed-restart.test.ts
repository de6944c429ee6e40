import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startDynoxide } from '../../local/dynoxide.ts';
import type { StackOutputs } from '../../local/outputs.ts';
import { type Stack, type StackOptions, startStack } from '../../local/stack.ts';
import { eventually } from '../support/eventually.ts';
import { arnOf, bus, type FakeFeed, mapping, pipe, policy, queue, rule, writeFakeFeed } from '../support/fake-feed.ts';
import { createFeedClient } from '../support/feed-client.ts';
import { deleteTable, testDatabase } from '../support/stack.ts';

let dataDir: string;
const clean: (() => unknown)[] = [];
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'evently-feed-'));
});
afterEach(async () => {
  for (const act of clean.splice(0).reverse()) await act();
  rmSync(dataDir, { recursive: true, force: true });
});

const machine = { platform: process.platform, arch: process.arch, path: process.env.PATH ?? '' };
const resources = { Jobs: queue(), Feed: pipe('Jobs', 'job#'), Poll: mapping('Jobs') };
const overBus = {
  ...resources,
  Bus: bus(),
  Feed: pipe('Bus', 'job#'),
  Sort: rule('Jobs', { source: [{ prefix: 'Pipe ' }], 'detail-type': ['Event from aws:dynamodb'] }),
  Policy: policy('Jobs', 'Sort'),
};

function write(...parameters: Parameters<typeof writeFakeFeed>): FakeFeed {
  const feed = writeFakeFeed(...parameters);
  clean.push(feed.remove);
  return feed;
}

async function start({ assemblyDir }: FakeFeed, options: Partial<StackOptions> = {}): Promise<Stack> {
  const stack = await startStack({ port: 0, dataDir, assemblyDir, ...testDatabase(), ...options });
  clean.push(() => deleteTable(stack), stack.stop);
  return stack;
}

/** A client for the stack, closed at the end of the test. */
function clientOf(stack: Pick<Stack, 'outputs' | 'template'>) {
  const client = createFeedClient(stack);
  clean.push(client.destroy);
  return client;
}

describe('after a restart', () => {
  test('what was committed meanwhile and before is delivered, and nothing twice after a clean stop', async () => {
    const feed = write(resources);
    const first = await start(feed);
    await clientOf(first).putAll(['job#1', 'job#2']);
    await eventually(() => expect(feed.done()).toHaveLength(2));
    const { template, outputs } = first;
    await first.stop();

    // The table alone, as if a pipe were down.
    const { dynamodbEndpoint } = testDatabase();
    const table = dynamodbEndpoint ? undefined : await startDynoxide(dataDir, machine);
    const endpoint = table?.endpoint ?? outputs.dynamodbEndpoint;
    await clientOf({ template, outputs: { ...outputs, dynamodbEndpoint: endpoint } }).put('job#3');
    await table?.stop();

    const second = await start(feed);
    await clientOf(second).put('job#4');
    await eventually(() => expect(feed.done()).toContain('job#4'));
    expect(feed.done().sort()).toEqual(['job#1', 'job#2', 'job#3', 'job#4']);
  });

  test('a queue has its messages and the attributes of the template', async () => {
    const withoutPoll = { Jobs: queue(), Feed: pipe('Jobs', 'job#') };
    const first = await start(write(withoutPoll));
    const firstClient = clientOf(first);
    await firstClient.put('job#1');
    await eventually(async () => expect((await firstClient.countIn('Jobs')).ready).toBe(1));
    await first.stop();

    const dead = {
      Dead: queue(),
      Jobs: queue({ RedrivePolicy: { deadLetterTargetArn: arnOf('Dead'), maxReceiveCount: 1 } }),
    };
    const feed = write({ ...withoutPoll, ...dead, Poll: mapping('Jobs') });
    const second = await start(feed);
    await eventually(() => expect(feed.done()).toEqual(['job#1']));
    const client = clientOf(second);
    await client.put('job#2', { does: 'fail' });
    await eventually(async () => expect((await client.countIn('Dead')).ready).toBe(1));
    const [before, after] = [first, second].map(({ template }) => template.of('AWS::SQS::Queue').at(-1)?.attributes);
    expect(after?.Arn).toMatch(/^arn:aws:sqs:us-east-1:000000000000:Fake-/);
    expect(second.template.of('AWS::SQS::Queue').map(({ attributes }) => attributes)).toContainEqual(before);
  });

  test('a new pipe is given the whole stream, and the others go on where they were', async () => {
    const feed = write(resources);
    const first = await start(feed);
    await clientOf(first).putAll(['job#1', 'note#1']);
    await eventually(() => expect(feed.done()).toEqual(['job#1']));
    await first.stop();

    const more = write({
      ...resources,
      Notes: queue(),
      NotesFeed: pipe('Notes', 'note#'),
      NotesPoll: mapping('Notes'),
    });
    const second = await start(more);
    await clientOf(second).put('job#2');
    await eventually(() => expect(more.done().sort()).toEqual(['job#2', 'note#1']));
  });
});

describe('a stop', () => {
  test('lets the batch in work end', async () => {
    const feed = write(resources);
    const stack = await start(feed);
    await clientOf(stack).put('job#slow', { does: 'slow' });
    await eventually(() => expect(feed.begun('job#slow')).toBeDefined());
    await stack.stop();
    expect(feed.done()).toEqual(['job#slow']);
  });

  test('returns a batch that does not end to its queue, so that it comes again soon after the next start', async () => {
    // Without the return it would be hidden for ten minutes.
    const feed = write({ ...resources, Jobs: queue({ VisibilityTimeout: 600 }) }, { timeoutSeconds: 60 });
    const stack = await start(feed);
    await clientOf(stack).put('job#hang', { does: 'hang' });
    await eventually(() => expect(feed.begun('job#hang')).toBeDefined());
    await stack.stop();
    await start(feed);
    const attempts = () => feed.ledger().filter(({ kind }) => kind === 'begin');
    await eventually(() => expect(attempts()).toHaveLength(2));
    expect(attempts()[1]?.event.Records[0].attributes.ApproximateReceiveCount).toBe('2');
  });
});

test.each([
  ['a pipe', resources],
  ['a pipe, a bus and a rule', overBus],
])('after a kill in the middle of the work of %s nothing that was committed is lost', async (_name, parts) => {
  const feed = write(parts);
  const { child, outputs } = await startAsProcess(feed);
  const committed: string[] = [];
  // Only to know the names of the queues; the table is the one of the other process.
  const client = clientOf({ outputs, template: { of: () => [], outputs: {} } });
  const putting = (async () => {
    for (let round = 0; child.exitCode === null && child.signalCode === null; round += 1) {
      const ids = Array.from({ length: 5 }, (_, place) => `job#${round}-${place}`);
      try {
        await client.putAll(ids);
      } catch {
        // The table went away with the stack; whether this was committed nobody knows.
        return;
      }
      committed.push(...ids);
    }
  })();
  await eventually(() => expect(feed.done().length).toBeGreaterThan(50));
  child.kill('SIGKILL');
  await Promise.all([putting, once(child, 'exit')]);

  await start(feed);
  await eventually(() => expect(feed.done()).toEqual(expect.arrayContaining(committed)));
  expect(committed.length).toBeGreaterThan(50);
});

test('the stream of another DynamoDB is read through its API', async () => {
  const otherDir = mkdtempSync(join(tmpdir(), 'evently-other-'));
  clean.push(() => rmSync(otherDir, { recursive: true, force: true }));
  const other = await startDynoxide(otherDir, machine);
  clean.push(other.stop);
  const feed = write(resources);
  const stack = await start(feed, { dynamodbEndpoint: other.endpoint });
  const client = clientOf(stack);
  await client.put('job#1');
  await eventually(() => expect(feed.done()).toEqual(['job#1']));
  const ids = Array.from({ length: 150 }, (_, place) => `job#more-${place}`);
  for (let first = 0; first < ids.length; first += 25) await client.putAll(ids.slice(first, first + 25));
  await eventually(() => expect(feed.done()).toEqual(expect.arrayContaining(ids)));
  expect(feed.done()).toHaveLength(151);
});

test('a filter that is not understood ends the start', async () => {
  const { Properties } = pipe('Jobs', 'job#');
  const Pattern = '{"eventName":[{"suffix":"T"}]}';
  const SourceParameters = { ...Properties.SourceParameters, FilterCriteria: { Filters: [{ Pattern }] } };
  const feed = write({
    ...resources,
    Feed: { Type: 'AWS::Pipes::Pipe', Properties: { ...Properties, SourceParameters } },
  });
  await expect(start(feed)).rejects.toThrow(
    `Feed (AWS::Pipes::Pipe) has the pattern ${Pattern}, which is not understood: the operator suffix`,
  );
});

test.each([
  [
    'reads a FIFO queue',
    { Jobs: queue({ FifoQueue: true }), Poll: mapping('Jobs', { MaximumBatchingWindowInSeconds: 1 }) },
  ],
  ['messages of Jobs come again after 0 s', { Jobs: queue({ VisibilityTimeout: 0 }), Poll: mapping('Jobs') }],
  ['names nobody, which is no function', { Jobs: queue(), Poll: mapping('Jobs', { FunctionName: 'nobody' }) }],
  [
    'reads arn:aws:dynamodb:elsewhere, which',
    { Jobs: queue(), Feed: pipe('Jobs', 'job#', { Source: 'arn:aws:dynamodb:elsewhere' }) },
  ],
])('what AWS would refuse ends the start: %s', async (fault, changes) => {
  await expect(start(write(changes))).rejects.toThrow(fault);
});

async function startAsProcess({ assemblyDir }: FakeFeed): Promise<{ child: ChildProcess; outputs: StackOutputs }> {
  const stack = join(import.meta.dirname, '../../local/stack.ts');
  const program = `
    const { startStack } = await import(${JSON.stringify(stack)});
    const options = ${JSON.stringify({ port: 0, dataDir, assemblyDir, ...testDatabase() })};
    const { outputs } = await startStack(options);
    console.log(JSON.stringify(outputs));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  clean.push(() => child.kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stdout })) return { child, outputs: JSON.parse(line) };
  throw new Error('the stack has ended');
}
