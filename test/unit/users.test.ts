import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminDeleteUserCommand,
  AdminGetUserCommand,
  AdminListGroupsForUserCommand,
  AdminRemoveUserFromGroupCommand,
  AdminSetUserPasswordCommand,
  ListUsersCommand,
  type UserType,
} from '@aws-sdk/client-cognito-identity-provider';
import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { identity } from '../../functions/shared/identity-client.ts';
import { logger } from '../../functions/shared/logger.ts';
import { documents } from '../../functions/store/client.ts';
import { callAdmin, poolError, userId } from '../support/identity-calls.ts';

const pool = mockClient(identity);
const table = mockClient(documents);
const logged = vi.spyOn(logger, 'error').mockReturnValue();
vi.spyOn(logger, 'warn').mockReturnValue();
const created = new Date('2027-01-02T03:04:05.000Z');

function poolUser(id: string, UserStatus: UserType['UserStatus'] = 'CONFIRMED') {
  const Attributes = [
    { Name: 'sub', Value: id },
    { Name: 'email', Value: `${id}@example.com` },
    { Name: 'name', Value: 'Ada' },
  ];
  return { Username: id, Attributes, Enabled: true, UserStatus, UserCreateDate: created };
}
function viewOf(id: string) {
  const createdAt = created.toISOString();
  return { userId: id, email: `${id}@example.com`, name: 'Ada', status: 'CONFIRMED', enabled: true, createdAt };
}
function poolKnows(id: string) {
  const { Attributes, ...user } = poolUser(id);
  pool.on(AdminGetUserCommand, { Username: id }).resolves({ ...user, UserAttributes: Attributes });
}

beforeEach(() => {
  pool.reset();
  table.reset();
  table.on(TransactWriteCommand).resolves({});
  vi.stubEnv('TABLE_NAME', 'table');
  logged.mockClear();
  vi.stubEnv('USER_POOL_ID', 'eu-west-1_pool');
});

describe('createUser', () => {
  const body = { email: 'new@example.com', name: 'Ada', password: 'correct horse battery', roles: ['organizers'] };
  const create = (change: object = {}) => callAdmin('POST /admin/users', { body: { ...body, ...change } });

  beforeEach(() => {
    pool.onAnyCommand().resolves({});
    pool.on(AdminCreateUserCommand).resolves({ User: poolUser(userId, 'FORCE_CHANGE_PASSWORD') });
  });

  test('makes a user who can sign in at once, without an email', async () => {
    const { status, json, headers } = await create();
    expect(status).toBe(201);
    expect(json).toEqual({ ...viewOf(userId), roles: ['organizers'] });
    expect(headers.location).toBe(`/admin/users/${userId}`);
    expect(pool.commandCalls(AdminCreateUserCommand)[0]?.args[0].input).toMatchObject({
      Username: 'new@example.com',
      MessageAction: 'SUPPRESS',
      UserAttributes: expect.arrayContaining([{ Name: 'email_verified', Value: 'true' }]),
    });
    expect(pool.commandCalls(AdminSetUserPasswordCommand)[0]?.args[0].input).toMatchObject({
      Username: userId,
      Permanent: true,
    });
    expect(pool.commandCalls(AdminAddUserToGroupCommand)).toHaveLength(1);
    expect(pool.commandCalls(AdminDeleteUserCommand)).toHaveLength(0);
  });

  test('gives no role unless asked', async () => {
    expect((await create({ roles: undefined })).json.roles).toEqual([]);
    expect(pool.commandCalls(AdminAddUserToGroupCommand)).toHaveLength(0);
  });

  test('refuses an address that is taken, and deletes nobody', async () => {
    pool.on(AdminCreateUserCommand).rejects(poolError('UsernameExistsException'));
    expect((await create()).json).toMatchObject({ status: 409, code: 'email-taken' });
    expect(pool.commandCalls(AdminDeleteUserCommand)).toHaveLength(0);
  });

  test.each([
    ['the password is refused', AdminSetUserPasswordCommand, 'InvalidPasswordException', 400],
    ['the pool throttles the password', AdminSetUserPasswordCommand, 'TooManyRequestsException', 503],
    ['the group is missing', AdminAddUserToGroupCommand, 'ResourceNotFoundException', 500],
  ] as const)('leaves nobody behind when %s', async (_, command, name, status) => {
    pool.on(command as typeof AdminAddUserToGroupCommand).rejects(poolError(name));
    expect((await create()).status).toBe(status);
    expect(pool.commandCalls(AdminDeleteUserCommand)[0]?.args[0].input).toMatchObject({ Username: userId });
  });

  test('answers with the first error and logs the id when the removal fails too', async () => {
    pool.on(AdminSetUserPasswordCommand).rejects(poolError('InvalidPasswordException'));
    pool.on(AdminDeleteUserCommand).rejects(poolError('TooManyRequestsException'));
    expect((await create()).json).toMatchObject({ status: 400, errors: [{ path: 'password' }] });
    expect(logged).toHaveBeenCalledWith(expect.any(String), { userId, reason: 'TooManyRequestsException' });
  });

  test('refuses a role that does not exist', async () => {
    expect((await create({ roles: ['administrators'] })).json).toMatchObject({ status: 400 });
    expect(pool.calls()).toHaveLength(0);
  });
});

describe('getUser', () => {
  const get = (id = userId) => callAdmin('GET /admin/users/{userId}', { params: { userId: id } });

  test('answers with the user and the groups that are roles', async () => {
    poolKnows(userId);
    pool
      .on(AdminListGroupsForUserCommand)
      .resolvesOnce({ Groups: [{ GroupName: 'staff' }], NextToken: 'more' })
      .resolves({ Groups: [{ GroupName: 'organizers' }] });
    expect((await get()).json).toEqual({ ...viewOf(userId), roles: ['organizers'] });
  });

  test.each([
    ['UNCONFIRMED', 'UNCONFIRMED'],
    ['FORCE_CHANGE_PASSWORD', 'OTHER'],
    ['RESET_REQUIRED', 'OTHER'],
  ] as const)('shows the status %s as %s', async (UserStatus, status) => {
    const { Attributes, ...user } = poolUser(userId, UserStatus);
    pool.on(AdminGetUserCommand).resolves({ ...user, UserAttributes: Attributes });
    pool.on(AdminListGroupsForUserCommand).resolves({ Groups: [] });
    expect((await get()).json.status).toBe(status);
  });

  test('does not find an unknown user', async () => {
    pool.on(AdminGetUserCommand).rejects(poolError('UserNotFoundException'));
    expect((await get()).json).toMatchObject({ status: 404, code: 'not-found' });
  });

  test('does not find a user by another name than the id', async () => {
    const { Attributes, ...user } = poolUser(userId);
    pool.on(AdminGetUserCommand).resolves({ ...user, UserAttributes: Attributes });
    expect((await get('ada')).status).toBe(404);
    expect((await get('ada@example.com')).status).toBe(404);
  });
});

describe('setUserRoles', () => {
  const put = (roles: string[]) =>
    callAdmin('PUT /admin/users/{userId}/roles', { params: { userId }, body: { roles } });

  test('gives and takes the role, however often it is named', async () => {
    poolKnows(userId);
    pool.on(AdminListGroupsForUserCommand).resolves({ Groups: [] });
    pool.on(AdminAddUserToGroupCommand).resolves({});
    pool.on(AdminRemoveUserFromGroupCommand).resolves({});
    expect((await put(['organizers', 'organizers'])).json).toEqual({ ...viewOf(userId), roles: ['organizers'] });
    expect((await put([])).json.roles).toEqual([]);
    const input = { UserPoolId: 'eu-west-1_pool', Username: userId, GroupName: 'organizers' };
    expect(pool.commandCalls(AdminAddUserToGroupCommand).map((call) => call.args[0].input)).toEqual([input]);
    expect(pool.commandCalls(AdminRemoveUserFromGroupCommand).map((call) => call.args[0].input)).toEqual([input]);
  });

  test('does not find an unknown user, nor one deleted meanwhile', async () => {
    pool.on(AdminGetUserCommand).rejects(poolError('UserNotFoundException'));
    expect((await put(['organizers'])).status).toBe(404);
    poolKnows(userId);
    pool.on(AdminListGroupsForUserCommand).resolves({ Groups: [] });
    pool.on(AdminAddUserToGroupCommand).rejects(poolError('UserNotFoundException'));
    expect((await put(['organizers'])).status).toBe(404);
  });

  test('leaves a trace before the pool is asked, and another one when it has the roles', async () => {
    poolKnows(userId);
    pool.on(AdminListGroupsForUserCommand).resolves({ Groups: [{ GroupName: 'organizers' }] });
    pool.on(AdminRemoveUserFromGroupCommand).rejectsOnce(poolError('InternalErrorException')).resolves({});
    const notes = () =>
      table.commandCalls(TransactWriteCommand).map((call) => {
        const [item] = call.args[0].input.TransactItems ?? [];
        return item?.Put?.Item ?? { endedRoles: item?.Update?.ExpressionAttributeValues?.[':ended'] };
      });
    expect((await put([])).status).toBeGreaterThanOrEqual(500);
    const note = { formerly: ['organizers'], roles: [], changedBy: expect.stringMatching(/^principal:arn:/) };
    expect(notes()).toMatchObject([{ ...note, status: 'REQUESTED' }]);
    // The same request again mends what was cut short.
    expect((await put([])).status).toBe(200);
    expect(notes().slice(1)).toMatchObject([
      { ...note, status: 'REQUESTED' },
      { endedRoles: { organizers: expect.any(Number) } },
      { ...note, status: 'IN_FORCE' },
    ]);
  });
});

describe('listUsers', () => {
  const list = (query: Record<string, string> = {}, userArn?: string) =>
    callAdmin('GET /admin/users', { query }, userArn);
  const many = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => poolUser(`user-${from + index}`));
  const limits = () => pool.commandCalls(ListUsersCommand).map((call) => call.args[0].input.Limit);

  beforeEach(() => pool.on(AdminListGroupsForUserCommand).resolves({ Groups: [] }));

  test('answers with users and their roles', async () => {
    pool.on(ListUsersCommand).resolves({ Users: many(1, 2) });
    pool.on(AdminListGroupsForUserCommand, { Username: 'user-2' }).resolves({ Groups: [{ GroupName: 'organizers' }] });
    expect((await list()).json).toEqual({
      items: [
        { ...viewOf('user-1'), roles: [] },
        { ...viewOf('user-2'), roles: ['organizers'] },
      ],
    });
  });

  test('joins pages of the pool, which holds 60 at most', async () => {
    pool
      .on(ListUsersCommand)
      .resolvesOnce({ Users: many(1, 60), PaginationToken: 'p1' })
      .resolves({ Users: many(61, 40), PaginationToken: 'p2' });
    const { json } = await list({ limit: '100' });
    expect(json.items.map((item: { userId: string }) => item.userId)).toEqual(many(1, 100).map((u) => u.Username));
    expect(limits()).toEqual([60, 40]);
    expect(json.nextCursor).toEqual(expect.any(String));
  });

  test('continues where the cursor says', async () => {
    pool.on(ListUsersCommand).resolves({ Users: many(1, 20), PaginationToken: 'p1' });
    const { nextCursor } = (await list()).json;
    pool.on(ListUsersCommand, { PaginationToken: 'p1' }).resolves({ Users: many(21, 3) });
    const { json } = await list({ cursor: nextCursor });
    expect(json.items).toHaveLength(3);
    expect(json.nextCursor).toBeUndefined();
  });

  test('gives a short page with a cursor rather than asking without end', async () => {
    pool.on(ListUsersCommand).resolves({ Users: many(1, 1), PaginationToken: 'p' });
    const { json } = await list();
    expect(limits()).toHaveLength(4);
    expect(json.items).toHaveLength(4);
    expect(json.nextCursor).toEqual(expect.any(String));
  });

  test('refuses a tampered cursor, one of another principal, and one that the pool forgot', async () => {
    pool.on(ListUsersCommand).resolves({ Users: many(1, 20), PaginationToken: 'p1' });
    const { nextCursor } = (await list()).json;
    const refusal = { status: 400, code: 'validation-error', errors: [{ path: 'cursor' }] };
    expect((await list({ cursor: `${nextCursor}A` })).json).toMatchObject(refusal);
    expect((await list({ cursor: nextCursor }, 'arn:aws:iam::123456789012:user/eve')).json).toMatchObject(refusal);
    pool.on(ListUsersCommand).rejects(poolError('InvalidParameterException'));
    expect((await list({ cursor: nextCursor })).json).toMatchObject(refusal);
  });

  test('leaves out a user who was deleted meanwhile', async () => {
    pool.on(ListUsersCommand).resolves({ Users: many(1, 3) });
    pool.on(AdminListGroupsForUserCommand, { Username: 'user-2' }).rejects(poolError('UserNotFoundException'));
    expect((await list()).json.items).toHaveLength(2);
  });

  test('reads the roles of eight users at a time', async () => {
    let running = 0;
    let most = 0;
    pool.on(ListUsersCommand).resolves({ Users: many(1, 20) });
    pool.on(AdminListGroupsForUserCommand).callsFake(async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running -= 1;
      return { Groups: [] };
    });
    expect((await list()).json.items).toHaveLength(20);
    expect(most).toBe(8);
  });
});
