import {
  ConfirmSignUpCommand,
  GetUserCommand,
  InitiateAuthCommand,
  ResendConfirmationCodeCommand,
  RevokeTokenCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { GetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { identity } from '../../functions/shared/identity-client.ts';
import { logger } from '../../functions/shared/logger.ts';
import { documents } from '../../functions/store/client.ts';
import { callAccount, poolError, userId } from '../support/identity-calls.ts';

const pool = mockClient(identity);
const email = 'ada@example.com';
const password = 'correct horse battery staple';
const registration = { email, password, name: 'Ada Lovelace' };
const jwt = (claims: object) => `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`;
const written = [
  vi.spyOn(logger, 'warn').mockReturnValue(),
  vi.spyOn(logger, 'error').mockReturnValue(),
  vi.spyOn(logger, 'info').mockReturnValue(),
];

beforeEach(() => {
  pool.reset();
  for (const spy of written) spy.mockClear();
  vi.stubEnv('USER_POOL_CLIENT_ID', 'client-1');
});

describe('register', () => {
  const register = (body: object = registration) => callAccount('POST /auth/register', { body });

  test('signs a person up by the lower-case address', async () => {
    pool.on(SignUpCommand).resolves({});
    const answer = await register({ ...registration, email: 'Ada@Example.com' });
    expect(answer).toMatchObject({ status: 202, text: '' });
    expect(pool.commandCalls(SignUpCommand)[0]?.args[0].input).toEqual({
      ClientId: 'client-1',
      Username: email,
      Password: password,
      UserAttributes: [
        { Name: 'email', Value: email },
        { Name: 'name', Value: 'Ada Lovelace' },
      ],
    });
  });

  test('answers with the same bytes for a new, an unconfirmed and a confirmed account', async () => {
    pool.on(SignUpCommand).resolvesOnce({}).rejects(poolError('UsernameExistsException'));
    pool.on(ResendConfirmationCodeCommand).resolvesOnce({}).rejects(poolError('InvalidParameterException'));
    const answers = [await register(), await register(), await register()];
    expect(pool.commandCalls(ResendConfirmationCodeCommand)).toHaveLength(2);
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });

  test.each(['TooManyRequestsException', 'LimitExceededException', 'InternalErrorException'])(
    'does not tell that an address is taken when sending another code fails with %s',
    async (name) => {
      pool.on(SignUpCommand).rejects(poolError('UsernameExistsException'));
      pool.on(ResendConfirmationCodeCommand).rejects(poolError(name));
      expect((await register()).status).toBe(202);
      expect(logger.warn).toHaveBeenCalledWith(expect.any(String), { reason: name });
    },
  );

  test('is accepted when the mail could not be delivered: the account is there', async () => {
    pool.on(SignUpCommand).rejects(poolError('CodeDeliveryFailureException'));
    expect((await register()).status).toBe(202);
  });

  test('names the password when the pool refuses it', async () => {
    pool.on(SignUpCommand).rejects(poolError('InvalidPasswordException'));
    const { status, json } = await register();
    expect(status).toBe(400);
    expect(json).toMatchObject({ code: 'validation-error', errors: [{ path: 'password' }] });
  });

  test('is the caller’s error when the pool does not take an address that the schema takes', async () => {
    pool.on(SignUpCommand).rejects(poolError('InvalidParameterException'));
    expect((await register()).json).toMatchObject({ status: 400, code: 'validation-error' });
  });

  test.each([
    ['a short password', { password: 'too short' }, 'password'],
    ['a password with a space at its end', { password: `${password} ` }, 'password'],
    ['an address that is none', { email: 'ada' }, 'email'],
    ['an empty name', { name: ' ' }, 'name'],
  ])('refuses %s without asking the pool', async (_, change, path) => {
    const { status, json } = await register({ ...registration, ...change });
    expect(status).toBe(400);
    expect(json.errors[0].path).toBe(path);
    expect(pool.calls()).toHaveLength(0);
  });

  test('never logs an address or a password', async () => {
    pool.on(SignUpCommand).rejects(poolError('UsernameExistsException'));
    pool.on(ResendConfirmationCodeCommand).rejects(poolError('InvalidParameterException'));
    await register();
    const lines = JSON.stringify(written.flatMap((spy) => spy.mock.calls));
    expect(lines).toContain('InvalidParameterException');
    expect(lines).not.toContain(email);
    expect(lines).not.toContain(password);
  });
});

describe('confirmRegistration', () => {
  const confirm = () => callAccount('POST /auth/confirm', { body: { email, code: '123456' } });

  test('confirms the account', async () => {
    pool.on(ConfirmSignUpCommand).resolves({});
    expect(await confirm()).toMatchObject({ status: 204, text: '' });
  });

  test('answers with the same bytes whatever is wrong', async () => {
    const names = [
      'CodeMismatchException',
      'ExpiredCodeException',
      'UserNotFoundException',
      'NotAuthorizedException',
      'AliasExistsException',
      'TooManyFailedAttemptsException',
    ];
    const texts = new Set<string>();
    for (const name of names) {
      pool.on(ConfirmSignUpCommand).rejects(poolError(name));
      const { status, json, text } = await confirm();
      expect([name, status, json.code, json.errors[0].path]).toEqual([name, 400, 'validation-error', 'code']);
      texts.add(text);
    }
    expect(texts.size).toBe(1);
  });
});

describe('login', () => {
  const login = (requestId = 'request-1') => callAccount('POST /auth/login', { body: { email, password }, requestId });

  test('answers with tokens', async () => {
    pool.on(InitiateAuthCommand).resolves({
      AuthenticationResult: { AccessToken: 'a.b.c', RefreshToken: 'r.s.t', IdToken: 'i.d.t', ExpiresIn: 3600 },
    });
    const { status, json, headers } = await login();
    expect(status).toBe(200);
    expect(json).toEqual({ accessToken: 'a.b.c', refreshToken: 'r.s.t', expiresIn: 3600, tokenType: 'Bearer' });
    expect(headers['cache-control']).toBe('no-store');
    expect(pool.commandCalls(InitiateAuthCommand)[0]?.args[0].input).toEqual({
      AuthFlow: 'USER_PASSWORD_AUTH',
      ClientId: 'client-1',
      AuthParameters: { USERNAME: email, PASSWORD: password },
    });
  });

  describe('of a person without a profile', () => {
    const AccessToken = jwt({ sub: 'person-1' });
    const signedIn = { AccessToken, RefreshToken: 'r', ExpiresIn: 60 };
    const table = mockClient(documents);
    beforeEach(() => {
      table.reset();
      vi.stubEnv('TABLE_NAME', 'evently');
      pool.on(InitiateAuthCommand).resolves({ AuthenticationResult: signedIn });
    });

    test('makes one, so that emails find the address', async () => {
      table.on(GetCommand).resolves({});
      pool
        .on(GetUserCommand, { AccessToken })
        .resolves({ Username: 'person-1', UserAttributes: [{ Name: 'email', Value: email }] });
      expect((await login()).status).toBe(200);
      const [put] = table.commandCalls(TransactWriteCommand)[0]?.args[0].input.TransactItems ?? [];
      expect(put?.Put?.Item).toMatchObject({ pk: 'USER#person-1', sk: 'PROFILE', email });
    });

    test('succeeds where it cannot be made', async () => {
      table.on(GetCommand).rejects(new Error('the table is away'));
      expect((await login()).status).toBe(200);
      expect(logger.warn).toHaveBeenCalledWith(expect.any(String), { reason: 'Error' });
    });
  });

  test('reads the lifetime from the token where the pool does not tell it', async () => {
    const AccessToken = jwt({ iat: 1_800_000_000, exp: 1_800_000_600 });
    pool.on(InitiateAuthCommand).resolves({ AuthenticationResult: { AccessToken, RefreshToken: 'r' } });
    expect((await login()).json.expiresIn).toBe(600);
  });

  test('answers with the same bytes to a wrong password, an unknown and an unconfirmed person and a challenge', async () => {
    const names = [
      'NotAuthorizedException',
      'InvalidPasswordException',
      'UserNotFoundException',
      'UserNotConfirmedException',
      'PasswordResetRequiredException',
    ];
    const answers = [];
    for (const name of names) {
      pool.on(InitiateAuthCommand).rejects(poolError(name));
      answers.push(await login());
    }
    pool.on(InitiateAuthCommand).resolves({ ChallengeName: 'NEW_PASSWORD_REQUIRED', Session: 's' });
    answers.push(await login());
    const [first] = answers;
    expect(first).toMatchObject({ status: 401, json: { code: 'unauthenticated' } });
    for (const answer of answers) expect(answer).toEqual(first);
    const other = await login('request-2');
    expect(other.text.replace('request-2', 'request-1')).toBe(first?.text);
  });

  test.each(['TooManyRequestsException', 'LimitExceededException'])('is busy, not refused, on %s', async (name) => {
    pool.on(InitiateAuthCommand).rejects(poolError(name));
    const { status, json, headers } = await login();
    expect([status, json.code]).toEqual([503, 'busy']);
    expect(headers['retry-after']).toBe('1');
  });

  test('shows nothing of an error that nobody expected', async () => {
    pool.on(InitiateAuthCommand).rejects(poolError('ResourceNotFoundException', 'User pool client x does not exist.'));
    const { status, json, text } = await login();
    expect([status, json.code]).toEqual([500, 'internal']);
    expect(text).not.toContain('pool');
  });
});

describe('refresh', () => {
  const refresh = (refreshToken = 'r.s.t') => callAccount('POST /auth/refresh', { body: { refreshToken } });

  test('answers with a new access token and no other', async () => {
    pool.on(InitiateAuthCommand).resolves({
      AuthenticationResult: { AccessToken: 'a.b.c', RefreshToken: 'other', ExpiresIn: 3600 },
    });
    expect((await refresh()).json).toEqual({ accessToken: 'a.b.c', expiresIn: 3600, tokenType: 'Bearer' });
    expect(pool.commandCalls(InitiateAuthCommand)[0]?.args[0].input).toMatchObject({
      AuthFlow: 'REFRESH_TOKEN_AUTH',
      AuthParameters: { REFRESH_TOKEN: 'r.s.t' },
    });
  });

  test('refuses a revoked token', async () => {
    pool.on(InitiateAuthCommand).rejects(poolError('NotAuthorizedException'));
    expect((await refresh()).json).toMatchObject({ status: 401, code: 'unauthenticated' });
  });

  test.each(['', 'white space', 'x'.repeat(4_097)])('refuses text that can be no token (%#)', async (text) => {
    expect((await refresh(text)).json).toMatchObject({ status: 400, errors: [{ path: 'refreshToken' }] });
    expect(pool.calls()).toHaveLength(0);
  });
});

describe('logout', () => {
  const table = mockClient(documents);
  beforeEach(() => {
    table.reset();
    vi.stubEnv('TABLE_NAME', 'evently');
    table.on(GetCommand).resolves({});
  });
  const logout = () => callAccount('POST /auth/logout', { body: { refreshToken: 'r.s.t' } });

  test('revokes the refresh token', async () => {
    pool.on(RevokeTokenCommand).resolves({});
    expect(await logout()).toMatchObject({ status: 204, text: '' });
    expect(pool.commandCalls(RevokeTokenCommand)[0]?.args[0].input).toEqual({ ClientId: 'client-1', Token: 'r.s.t' });
  });

  test('ends the login that the access token came of, after the refresh token and not before', async () => {
    const order: string[] = [];
    pool.on(RevokeTokenCommand).callsFake(() => order.push('refresh token'));
    table.on(TransactWriteCommand).callsFake(() => order.push('login'));
    expect((await logout()).status).toBe(204);
    expect(order).toEqual(['refresh token', 'login']);
    const [item] = table.commandCalls(TransactWriteCommand)[0]?.args[0].input.TransactItems ?? [];
    expect(item?.Update?.Key).toEqual({ pk: `USER#${userId}`, sk: 'ACCESS' });
    expect(Object.values(item?.Update?.ExpressionAttributeValues?.[':logins'])).toEqual([1_800_000_000]);
  });

  test.each(['NotAuthorizedException', 'UnauthorizedException'])(
    'is done where it was revoked before (%s)',
    async (name) => {
      pool.on(RevokeTokenCommand).rejects(poolError(name));
      expect((await logout()).status).toBe(204);
    },
  );

  test('refuses another kind of token', async () => {
    pool.on(RevokeTokenCommand).rejects(poolError('UnsupportedTokenTypeException'));
    expect((await logout()).json).toMatchObject({ status: 400, errors: [{ path: 'refreshToken' }] });
  });

  test('does not pretend where the pool cannot revoke', async () => {
    pool.on(RevokeTokenCommand).rejects(poolError('UnsupportedOperationException'));
    expect((await logout()).status).toBe(500);
  });
});
