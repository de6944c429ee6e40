import { Logger } from '@aws-lambda-powertools/logger';
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { expect, test, vi } from 'vitest';
import { DomainError } from '../../functions/domain/errors.ts';
import { SafeLogFormatter } from '../../functions/shared/log-formatter.ts';
import { redact, redactText } from '../../functions/shared/redact.ts';

const formatter = new SafeLogFormatter();
const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl';

test.each([
  ['an email address', 'Email address is not verified: ada.l+tickets@mail.example.com in us-east-1', 'ada.l'],
  ['an email address in a URL', 'GET /x?email=ada%40example.com', 'ada'],
  ['an access token', `token ${jwt} is expired`, 'eyJ'],
  ['a refresh token, which is encrypted and has empty parts', 'eyJjdHkiOiJKV1QifQ.abc..def.ghi', 'eyJ'],
  ['an Authorization header', 'authorization: Bearer abc-def', 'abc-def'],
  ['a card number', 'card 4111 1111 1111 1111 declined', '4111'],
  ['a card number without spaces', '5555555555554444', '5555'],
])('%s is withheld from text', (_, text, secret) => {
  expect(redactText(text)).not.toContain(secret);
  expect(redactText(text)).toContain('[withheld]');
});

test.each([
  'evt_01JY3W8H6V7Q2X4Z9K5M1N0PRS',
  '2026-11-21T07:40:00.123Z',
  'arn:aws:sqs:us-east-1:123456789012:queue',
  'file:///var/task/node_modules/@smithy/core/dist/index.js:12:34',
  '1795248334556',
  '4111 1111 1111 1112',
])('%s is no secret', (text) => {
  expect(redactText(text)).toBe(text);
});

test('values of secret names are withheld at any depth, whatever they look like', () => {
  const given = { body: { password: 'x', accessToken: 'y', items: [{ email: 1, cardNumber: '1', name: 'kept' }] } };
  expect(redact(given)).toEqual({
    body: {
      password: '[withheld]',
      accessToken: '[withheld]',
      items: [{ email: '[withheld]', cardNumber: '[withheld]', name: 'kept' }],
    },
  });
});

test('a line of the logger is formatted so, with the error in it', () => {
  const written: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  const logger = new Logger({ serviceName: 'booking', logFormatter: formatter, logLevel: 'INFO' });
  const error = Object.assign(new Error('no mail for ada@example.com'), { Item: { name: 'Ada' }, code: 'ENOTSENT' });
  logger.error('failed', { error, to: 'ada@example.com', password: 'x', tries: 2 });
  vi.restoreAllMocks();
  expect(JSON.parse(written.join(''))).toMatchObject({
    level: 'ERROR',
    service: 'booking',
    message: 'failed',
    to: '[withheld]',
    password: '[withheld]',
    tries: 2,
    error: {
      name: 'Error',
      message: 'no mail for [withheld]',
      code: 'ENOTSENT',
      stack: expect.stringMatching(/^ {4}at/),
    },
  });
  expect(written.join('')).not.toMatch(/ada|Ada/);
});

test('of an error of the SDK only what says what happened is told, and no item', () => {
  const error = new TransactionCanceledException({
    message: 'Transaction cancelled',
    $metadata: { requestId: 'aws-1', httpStatusCode: 400, attempts: 2 },
    CancellationReasons: [{ Code: 'ConditionalCheckFailed', Item: { name: { S: 'Ada' } } }, { Code: 'None' }],
  });
  const told = formatter.formatError(error);
  expect(told).toMatchObject({
    name: 'TransactionCanceledException',
    awsRequestId: 'aws-1',
    httpStatusCode: 400,
    attempts: 2,
    cancellationReasons: ['ConditionalCheckFailed', 'None'],
  });
  expect(JSON.stringify(told)).not.toContain('Ada');
});

test('an error of a parser does not tell what it could not parse', () => {
  const parse = () => JSON.parse('hunter2 is my password');
  try {
    parse();
  } catch (cause) {
    const told = JSON.stringify(formatter.formatError(new DomainError('internal', 'x', {}, { cause })));
    expect(told).toContain('SyntaxError');
    expect(told).not.toContain('hunter2');
  }
  expect.assertions(2);
});

test('the details of a domain error are for the client, not for the log', () => {
  const error = new DomainError('already-waiting', 'You wait already.', { tierId: 'secret-tier' });
  expect(JSON.stringify(formatter.formatError(error))).not.toContain('secret-tier');
});
