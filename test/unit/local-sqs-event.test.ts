import { expect, test } from 'vitest';
import { doneMessages, Received, sqsEvent } from '../../local/sqs-event.ts';

const { Messages: messages } = Received.parse({
  Messages: ['a', 'b', 'c'].map((id) => ({
    MessageId: id,
    ReceiptHandle: `handle-${id}`,
    Body: `body ${id}`,
    MD5OfBody: 'digest',
    Attributes: { ApproximateReceiveCount: '1' },
    MessageAttributes: { kind: { DataType: 'String', StringValue: 'new' } },
  })),
});
const done = (answer: unknown) => doneMessages(JSON.stringify(answer), messages)?.map(({ MessageId }) => MessageId);
const failures = (...ids: unknown[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });

test('an event has every message as Lambda writes it', () => {
  const { Records } = sqsEvent(messages, { queueArn: 'arn:aws:sqs:us-east-1:1:q', region: 'us-east-1' });
  expect(Records).toHaveLength(3);
  expect(Records[0]).toEqual({
    messageId: 'a',
    receiptHandle: 'handle-a',
    body: 'body a',
    attributes: { ApproximateReceiveCount: '1' },
    messageAttributes: {
      kind: { stringValue: 'new', stringListValues: [], binaryListValues: [], dataType: 'String' },
    },
    md5OfBody: 'digest',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:1:q',
    awsRegion: 'us-east-1',
  });
});

test.each([[null], [{}], [failures()], [{ batchItemFailures: null }]])('%j: everything is done', (answer) => {
  expect(done(answer)).toEqual(['a', 'b', 'c']);
});

test('what is reported has failed, and what is not is done', () => {
  expect(done(failures('b'))).toEqual(['a', 'c']);
  expect(done(failures('b', 'b', 'a'))).toEqual(['c']);
  expect(done(failures('a', 'b', 'c'))).toEqual([]);
});

test.each([
  ['ok'],
  [[]],
  [{ batchItemFailures: 'b' }],
  [{ batchItemFailures: ['b'] }],
  [{ batchItemFailures: [{ messageId: 'b' }] }],
  [failures('')],
  [failures(null)],
  [failures('b', 'x')],
])('%j: the answer is not understood', (answer) => {
  expect(done(answer)).toBeUndefined();
});
