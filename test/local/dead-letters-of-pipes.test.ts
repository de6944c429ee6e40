import { rmSync } from 'node:fs';
import { SendMessageCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Template } from '../../local/synthesize.ts';
import { synthesizeOnce } from '../support/assembly-dir.ts';
import { assemblyWith } from '../support/assembly-without.ts';
import type { Person } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import { tierBody } from '../support/factories.ts';
import { emailsTo } from '../support/inbox-client.ts';
import { type TestStack, withStack } from '../support/stack.ts';
import { readStream, unsentBy } from '../support/stream-client.ts';

/**
 * A stack whose pipes do not work: the one to the bus sends nothing, the one to the FIFO queue fails at every change.
 * What happens after a commit happens because an administrator redrives dead letters.
 */

const toBus = 'changes-tobus';
const toQueue = 'changes-to-promote-waitlist';
let assemblyDir: string;
let api: TestStack;
let sqs: SQSClient;
let buyer: Person;
let waiting: Person;

interface PipeProperties {
  readonly SourceParameters: { FilterCriteria: object };
  readonly TargetParameters: { SqsQueueParameters?: object };
}

function breakPipes({ Resources }: Template): void {
  for (const { Type, Properties } of Object.values(Resources)) {
    if (Type !== 'AWS::Pipes::Pipe') continue;
    const { SourceParameters, TargetParameters } = Properties as unknown as PipeProperties;
    const { SqsQueueParameters: parameters } = TargetParameters;
    if (parameters) TargetParameters.SqsQueueParameters = { ...parameters, MessageDeduplicationId: '$.nothing' };
    else SourceParameters.FilterCriteria = { Filters: [{ Pattern: '{"eventName":["NEVER"]}' }] };
  }
}

beforeAll(async () => {
  assemblyDir = assemblyWith(await synthesizeOnce(inject('runDir')), breakPipes);
  api = await withStack({ assemblyDir });
  const { region, sqsEndpoint: endpoint } = api.stack.outputs;
  sqs = new SQSClient({ region, endpoint, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
  // A message comes again after a second, not after some minutes.
  const Attributes = { VisibilityTimeout: '1' };
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl: urlOf('replaychangesQueue'), Attributes }));
  [buyer, waiting] = await Promise.all([api.registerUser(), api.registerUser()]);
}, 60_000);
afterAll(async () => {
  sqs?.destroy();
  await api?.stop();
  if (assemblyDir) rmSync(assemblyDir, { recursive: true, force: true });
});

function urlOf(prefix: string): string | undefined {
  return api.stack.template.of('AWS::SQS::Queue').find(({ logicalId }) => logicalId.startsWith(prefix))?.ref;
}
const send = (prefix: string, body: object) =>
  sqs.send(new SendMessageCommand({ QueueUrl: urlOf(prefix), MessageBody: JSON.stringify(body) }));
const list = async (queue: string) => {
  const { status, json, text } = await api.call('GET', `/admin/dead-letters?queue=${queue}`, { signAs: 'admin' });
  expect(status, text).toBe(200);
  return json.items[0];
};
const redrive = async (queue: string): Promise<number> => {
  const answer = await api.call('POST', '/admin/dead-letters/redrive', { signAs: 'admin', body: { queue } });
  expect(answer.status, answer.text).toBe(202);
  return answer.json.redriven;
};
const as = async ({ accessToken: token }: Person, status: number, method: string, path: string, body?: object) => {
  const answer = await api.call(method, path, { token, ...(body && { body }) });
  expect(answer.status, answer.text).toBe(status);
  return answer.json;
};

describe('changes that a pipe did not send', () => {
  it('are sent by a redrive, and every worker does its work', { timeout: 90_000 }, async () => {
    // With characters of which some services of this machine want to know nothing.
    const tiers = [tierBody({ capacity: 1, name: 'Früh 🎟' })];
    const { eventId } = await api.createEvent({ name: 'Nacht der Chöre 🎶', tiers });
    const { bookingId } = await as(buyer, 201, 'POST', '/bookings', { eventId, quantity: 1 });
    await as(waiting, 201, 'POST', `/events/${eventId}/waitlist`, { quantity: 1 });
    await as(buyer, 200, 'DELETE', `/bookings/${bookingId}`);

    // The freed seat is told to nobody, but its change is named.
    await eventually(async () => expect((await list(toQueue)).messages.length).toBeGreaterThan(0));
    const { kind, messages } = await list(toQueue);
    expect(kind).toBe('pipe');
    const named = JSON.parse(messages[0].body);
    expect(Object.keys(named)).toEqual(['context', 'version', 'timestamp', 'DDBStreamBatchInfo']);
    expect((await as(waiting, 200, 'GET', '/bookings')).items).toEqual([]);

    // What follows from the promotion is again a change that the pipe does not send.
    await eventually(async () => {
      await redrive(toQueue);
      const [tier] = (await api.call('GET', `/events/${eventId}`)).json.tiers;
      expect(tier).toMatchObject({ available: 0, waiting: false });
    });
    const [promoted] = (await as(waiting, 200, 'GET', '/bookings')).items;
    expect(promoted).toMatchObject({ eventId, status: 'CONFIRMED', quantity: 1 });

    const told = async (person: Person) =>
      (await as(person, 200, 'GET', '/notifications')).items.map((item: { kind: string }) => item.kind).sort();
    const totals = async () =>
      (await api.call('GET', `/admin/events/${eventId}/analytics`, { signAs: 'admin' })).json.totals;
    expect([await told(buyer), await told(waiting)]).toEqual([[], []]);
    expect((await totals()).ticketsSold).toBe(0);

    const { shardId, records } = await readStream(api.stack.outputs);
    const [first, last] = [records.at(0), records.at(-1)].map((record) => record?.dynamodb?.SequenceNumber ?? '');
    expect(records.length).toBeGreaterThan(10);
    const letter = unsentBy(api.stack, /^ChangesToBus/, { shardId, first: first ?? '', last: last ?? '' });
    await send('ChangesToBusDeadLetters', letter);
    expect(await redrive(toBus)).toBe(1);
    await eventually(async () => {
      expect((await told(buyer)).length).toBe(2);
      expect((await told(waiting)).length).toBe(1);
      expect(await totals()).toMatchObject({ ticketsSold: 1, ticketsCancelled: 1 });
      const { json: trail } = await api.call('GET', `/admin/audit?entity=${bookingId}`, { signAs: 'admin' });
      expect(trail.items).toHaveLength(2);
    });

    // An email follows from a notification, so from a change that came after.
    const after = await readStream(api.stack.outputs);
    const newest = after.records.at(-1)?.dynamodb?.SequenceNumber ?? '';
    await send(
      'ChangesToBusDeadLetters',
      unsentBy(api.stack, /^ChangesToBus/, { shardId, first: last ?? '', last: newest }),
    );
    await redrive(toBus);
    await eventually(async () =>
      expect((await emailsTo(api, waiting)).map(({ subject }) => subject).join()).toContain('🎶'),
    );
    expect(await list(toBus)).toMatchObject({ count: 0, messages: [] });
    expect(await list('replay-changes')).toMatchObject({ count: 0, messages: [] });
  });

  it('and that the stream has forgotten are an error that is told', { timeout: 60_000 }, async () => {
    const { shardId } = await readStream(api.stack.outputs);
    await send('ChangesToBusDeadLetters', unsentBy(api.stack, /^ChangesToBus/, { shardId, first: '0', last: '0' }));
    expect(await redrive(toBus)).toBe(1);
    await eventually(async () => expect((await list('replay-changes')).count).toBe(1));
    const { kind, messages } = await list('replay-changes');
    expect([kind, messages[0].error]).toEqual([
      'worker',
      {
        name: 'ChangesGone',
        message: `the changes 0 to 0 of ${shardId} are not in the stream, which keeps a change for a day`,
        at: expect.any(String),
        attempts: expect.any(Number),
      },
    ]);
    expect(JSON.parse(messages[0].body).DDBStreamBatchInfo.startSequenceNumber).toBe('0');
  });
});
