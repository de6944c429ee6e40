import { ListUsersCommand } from '@aws-sdk/client-cognito-identity-provider';
import { invalid, isDomainError } from '../domain/errors.ts';
import type { UserView } from '../domain/user.ts';
import { env } from '../shared/env.ts';
import { identity } from '../shared/identity-client.ts';
import { answered } from '../shared/identity-errors.ts';
import { rolesOfUser, type UserWithoutRoles, userOf } from '../shared/identity-user.ts';
import { pageOf } from '../shared/page.ts';
import type { Handler } from './request.ts';

/** https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListUsers.html */
const usersPerCall = 60;
/** The pool may answer with fewer users than asked for although there are more; a short page with a cursor is valid. */
const callsPerPage = 4;
/** Roles are read user by user, and the pool serves a limited number of such reads per second. */
const parallelReads = 8;

export const listUsers: Handler<'listUsers'> = async ({ query, caller }) => ({
  status: 200,
  body: await pageOf(query, ['listUsers', caller.callerId], readPage, withRoles),
});

async function readPage({ limit, after }: { limit: number; after: string | undefined }) {
  const items: UserWithoutRoles[] = [];
  let position = after;
  for (let call = 0; call < callsPerPage; call += 1) {
    const { Users = [], PaginationToken } = await readSome(limit - items.length, position);
    items.push(...Users.map(userOf));
    position = PaginationToken;
    if (position === undefined || items.length >= limit) break;
  }
  return position === undefined ? { items } : { items, position };
}

/** The pool's own positions expire, which it tells with the same error as any bad parameter. */
function readSome(limit: number, start: string | undefined) {
  const command = new ListUsersCommand({
    UserPoolId: env('USER_POOL_ID'),
    Limit: Math.min(limit, usersPerCall),
    PaginationToken: start,
  });
  const tooOld = () => invalid('cursor', 'is too old: begin anew');
  return answered(identity.send(command), start === undefined ? {} : { InvalidParameterException: tooOld });
}

async function withRoles(users: readonly UserWithoutRoles[]): Promise<UserView[]> {
  const items: UserView[] = [];
  for (let start = 0; start < users.length; start += parallelReads) {
    const some = await Promise.all(users.slice(start, start + parallelReads).map(readRoles));
    items.push(...some.flat());
  }
  return items;
}

/** Nothing for a user who was deleted after the list was read. */
async function readRoles(user: UserWithoutRoles): Promise<UserView[]> {
  try {
    return [{ ...user, roles: await rolesOfUser(user.userId) }];
  } catch (error) {
    if (isDomainError(error, 'not-found')) return [];
    throw error;
  }
}
