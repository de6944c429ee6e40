import { GetUserCommand, UpdateUserAttributesCommand } from '@aws-sdk/client-cognito-identity-provider';
import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { GetCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { identity } from '../../functions/shared/identity-client.ts';
import { logger } from '../../functions/shared/logger.ts';
import { documents } from '../../functions/store/client.ts';
import { accessToken, callAccount, poolError, userId } from '../support/identity-calls.ts';

const pool = mockClient(identity);
const table = mockClient(documents);
vi.spyOn(logger, 'error').mockReturnValue();

const now = '2027-01-02T03:04:05.678Z';
const key = { pk: `USER#${userId}`, sk: 'PROFILE' };
const access = { pk: `USER#${userId}`, sk: 'ACCESS' };
const stored = {
  userId,
  email: 'ada@example.com',
  name: 'Ada',
  emailNotifications: true,
  createdAt: now,
  updatedAt: now,
};
const refused = new ConditionalCheckFailedException({ message: 'The conditional request failed', $metadata: {} });
const wasFaster = new TransactionCanceledException({
  message: 'Transaction cancelled',
  $metadata: {},
  CancellationReasons: [{ Code: 'ConditionalCheckFailed' }, { Code: 'None' }],
});
const isGone = new TransactionCanceledException({
  message: 'Transaction cancelled',
  $metadata: {},
  CancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed' }],
});
const profilePut = () => table.commandCalls(TransactWriteCommand)[0]?.args[0].input.TransactItems?.[0]?.Put;
const accountOf = (name: string) => ({
  Username: userId,
  UserAttributes: [
    { Name: 'email', Value: 'ada@example.com' },
    { Name: 'name', Value: name },
  ],
});

beforeEach(() => {
  pool.reset();
  table.reset();
  vi.stubEnv('TABLE_NAME', 'evently');
  table.on(GetCommand).resolves({});
});

describe('getMe', () => {
  test('answers with the profile and the roles of the token, asking nobody else', async () => {
    table.on(GetCommand, { Key: key }).resolves({ Item: { ...key, ...stored } });
    const { status, json } = await callAccount('GET /users/me', {}, ['organizers', 'staff']);
    expect(status).toBe(200);
    expect(json).toEqual({ ...stored, roles: ['organizers'] });
    const reads = table.commandCalls(GetCommand).map(({ args }) => args[0].input);
    expect(reads).toMatchObject([
      { Key: access, ConsistentRead: true },
      { Key: key, ConsistentRead: true },
    ]);
    expect(pool.calls()).toHaveLength(0);
  });

  test('takes a profile that says nothing of emails for one that wants them', async () => {
    const { emailNotifications: _unsaid, ...older } = stored;
    table.on(GetCommand, { Key: key }).resolves({ Item: { ...key, ...older } });
    expect((await callAccount('GET /users/me')).json).toMatchObject({ emailNotifications: true });
  });

  test('makes the profile from the account on the first visit', async () => {
    table.on(GetCommand).resolves({});
    table.on(TransactWriteCommand).resolves({});
    pool.on(GetUserCommand, { AccessToken: accessToken }).resolves(accountOf('Ada'));
    const { json } = await callAccount('GET /users/me');
    expect(json).toMatchObject({ userId, email: 'ada@example.com', name: 'Ada', roles: [] });
    const { Item, ConditionExpression } = profilePut() ?? {};
    expect(Item).toMatchObject({ ...key, userId, name: 'Ada', createdAt: json.createdAt, updatedAt: json.createdAt });
    expect(ConditionExpression).toBe('attribute_not_exists(pk)');
  });

  test('answers with the profile of a request that was faster', async () => {
    table
      .on(GetCommand, { Key: key })
      .resolvesOnce({})
      .resolves({ Item: { ...key, ...stored, name: 'Ada the first' } });
    table.on(TransactWriteCommand).rejects(wasFaster);
    pool.on(GetUserCommand).resolves(accountOf('Ada'));
    const { status, json } = await callAccount('GET /users/me');
    expect([status, json.name]).toEqual([200, 'Ada the first']);
  });

  test('makes no profile of a person who is being deleted', async () => {
    pool.on(GetUserCommand).resolves(accountOf('Ada'));
    table.on(TransactWriteCommand).rejects(isGone);
    expect((await callAccount('GET /users/me')).json).toMatchObject({ status: 401, code: 'unauthenticated' });
  });

  test.each(['UserNotFoundException', 'NotAuthorizedException'])(
    'is unauthenticated when the account was deleted meanwhile (%s), and stores nothing',
    async (name) => {
      table.on(GetCommand).resolves({});
      pool.on(GetUserCommand).rejects(poolError(name));
      expect((await callAccount('GET /users/me')).json).toMatchObject({ status: 401, code: 'unauthenticated' });
      expect(table.commandCalls(TransactWriteCommand)).toHaveLength(0);
    },
  );
});

describe('updateMe', () => {
  const rename = (name = 'Countess Ada') => callAccount('PATCH /users/me', { body: { name } }, ['organizers']);

  test('renames the account, then the profile', async () => {
    const order: string[] = [];
    pool.on(UpdateUserAttributesCommand).callsFake(() => order.push('account'));
    table.on(UpdateCommand).callsFake(() => {
      order.push('profile');
      return { Attributes: { ...key, ...stored, name: 'Countess Ada' } };
    });
    const { status, json } = await rename();
    expect(status).toBe(200);
    expect(json).toEqual({ ...stored, name: 'Countess Ada', roles: ['organizers'] });
    expect(order).toEqual(['account', 'profile']);
    expect(pool.commandCalls(UpdateUserAttributesCommand)[0]?.args[0].input).toEqual({
      AccessToken: accessToken,
      UserAttributes: [{ Name: 'name', Value: 'Countess Ada' }],
    });
  });

  test('makes the profile with the new name where there is none yet', async () => {
    pool.on(UpdateUserAttributesCommand).resolves({});
    pool.on(GetUserCommand).resolves(accountOf('Countess Ada'));
    table
      .on(UpdateCommand)
      .rejectsOnce(refused)
      .resolves({ Attributes: { ...stored, name: 'Countess Ada' } });
    table.on(TransactWriteCommand).resolves({});
    expect((await rename()).json).toMatchObject({ userId, name: 'Countess Ada' });
    expect(profilePut()?.Item).toMatchObject({ name: 'Countess Ada' });
  });

  test('does not lose the name to a request that made the profile meanwhile', async () => {
    pool.on(UpdateUserAttributesCommand).resolves({});
    pool.on(GetUserCommand).resolves(accountOf('Countess Ada'));
    table
      .on(UpdateCommand)
      .rejectsOnce(refused)
      .resolves({ Attributes: { ...stored, name: 'Countess Ada' } });
    table.on(TransactWriteCommand).rejects(wasFaster);
    table.on(GetCommand, { Key: key }).resolves({ Item: { ...key, ...stored, name: 'Ada' } });
    const { status, json } = await rename();
    expect([status, json.name]).toEqual([200, 'Countess Ada']);
  });

  test('leaves the profile alone when the account is gone', async () => {
    pool.on(UpdateUserAttributesCommand).rejects(poolError('NotAuthorizedException'));
    expect((await rename()).json).toMatchObject({ status: 401, code: 'unauthenticated' });
    expect(table.calls().map(({ args }) => (args[0] as { input: { Key?: unknown } }).input.Key)).toEqual([access]);
  });

  test('turns emails off, and leaves name and account alone', async () => {
    table.on(UpdateCommand).resolves({ Attributes: { ...key, ...stored, emailNotifications: false } });
    const { json } = await callAccount('PATCH /users/me', { body: { emailNotifications: false } });
    expect(json).toEqual({ ...stored, emailNotifications: false, roles: [] });
    const { UpdateExpression } = table.commandCalls(UpdateCommand)[0]?.args[0].input ?? {};
    expect(UpdateExpression).toBe('SET updatedAt = :updatedAt, emailNotifications = :emailNotifications');
    expect(pool.calls()).toHaveLength(0);
  });

  test('needs something to change', async () => {
    expect((await callAccount('PATCH /users/me', { body: {} })).json).toMatchObject({ status: 400 });
  });

  test('takes name and preferences and nothing else', async () => {
    const body = { name: 'Ada', email: 'eve@example.com' };
    expect((await callAccount('PATCH /users/me', { body })).json).toMatchObject({ status: 400 });
    expect(pool.calls()).toHaveLength(0);
  });
});
