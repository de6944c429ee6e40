import {
  AdminCreateUserCommand,
  AdminDeleteUserCommand,
  AdminSetUserPasswordCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { DomainError, invalid } from '../domain/errors.ts';
import type { Role } from '../domain/user.ts';
import { env } from '../shared/env.ts';
import { identity } from '../shared/identity-client.ts';
import { answered } from '../shared/identity-errors.ts';
import { addRoles, rolesInOrder } from '../shared/identity-roles.ts';
import { type UserWithoutRoles, userOf } from '../shared/identity-user.ts';
import { logger } from '../shared/logger.ts';
import { noteRoles } from '../store/role-store.ts';
import { Patience } from '../store/transact.ts';
import type { Handler } from './request.ts';

const notAccepted = () => invalid('body', 'the email address, password or name is not accepted');
const emailTaken = () => new DomainError('email-taken', 'Another user has this email address.', {});

/** A user who can sign in at once: the address counts as verified and the password as chosen. No email goes out. */
export const createUser: Handler<'createUser'> = async ({ body, remainingMs }) => {
  const { email, name, password } = body;
  const user = await create(email, name);
  try {
    await setPassword(user.userId, password);
    const roles = await giveRoles(user.userId, rolesInOrder(body.roles), new Patience(remainingMs));
    const view = { ...user, status: 'CONFIRMED' as const, roles };
    return { status: 201, body: view, headers: { location: `/admin/users/${user.userId}` } };
  } catch (error) {
    await removeAgain(user.userId);
    throw error;
  }
};

/** The first roles of a user leave a trace as later ones do. */
async function giveRoles(userId: string, roles: Role[], patience: Patience): Promise<Role[]> {
  if (roles.length === 0) return roles;
  const change = { userId, formerly: [], roles };
  await noteRoles(change, 'REQUESTED', patience);
  await addRoles(userId, roles);
  await noteRoles(change, 'IN_FORCE', patience);
  return roles;
}

async function create(email: string, name: string): Promise<UserWithoutRoles> {
  const command = new AdminCreateUserCommand({
    UserPoolId: env('USER_POOL_ID'),
    Username: email,
    MessageAction: 'SUPPRESS',
    UserAttributes: [
      { Name: 'email', Value: email },
      { Name: 'email_verified', Value: 'true' },
      { Name: 'name', Value: name },
    ],
  });
  const { User } = await answered(identity.send(command), {
    UsernameExistsException: emailTaken,
    InvalidParameterException: notAccepted,
  });
  if (!User) throw new Error('the user pool created no user');
  return userOf(User);
}

async function setPassword(userId: string, password: string): Promise<void> {
  const command = new AdminSetUserPasswordCommand({
    UserPoolId: env('USER_POOL_ID'),
    Username: userId,
    Password: password,
    Permanent: true,
  });
  await answered(identity.send(command), {
    InvalidPasswordException: () => invalid('password', 'is refused by the password policy'),
    InvalidParameterException: notAccepted,
  });
}

/** The three steps are no transaction: a user without password or roles would only block the address. */
async function removeAgain(userId: string): Promise<void> {
  try {
    await identity.send(new AdminDeleteUserCommand({ UserPoolId: env('USER_POOL_ID'), Username: userId }));
  } catch (error) {
    // The first error is the answer; this one tells an operator what to remove.
    const reason = error instanceof Error ? error.name : typeof error;
    logger.error('a half-made user stays in the user pool', { userId, reason });
  }
}
