import { AdminAddUserToGroupCommand, AdminRemoveUserFromGroupCommand } from '@aws-sdk/client-cognito-identity-provider';
import { notFound } from '../domain/errors.ts';
import { Role } from '../domain/user.ts';
import { env } from './env.ts';
import { identity } from './identity-client.ts';
import { answered } from './identity-errors.ts';

/**
 * Makes `roles` the user's roles; groups that are no roles stay. Joining and leaving a group are idempotent, so the
 * present roles need not be read. Tokens carry the roles of the moment they were issued.
 *
 * @returns the roles, each once.
 * @throws {DomainError} not-found, busy.
 */
export async function replaceRoles(userId: string, roles: readonly Role[]): Promise<Role[]> {
  for (const role of Role.options) await setRole(userId, role, roles.includes(role));
  return rolesInOrder(roles);
}

/** Each role once. */
export const rolesInOrder = (roles: readonly Role[]): Role[] => Role.options.filter((role) => roles.includes(role));

/** Joins the groups of `roles`; for a user who is in none yet. */
export async function addRoles(userId: string, roles: readonly Role[]): Promise<Role[]> {
  const wanted = rolesInOrder(roles);
  for (const role of wanted) await setRole(userId, role, true);
  return wanted;
}

async function setRole(userId: string, role: Role, isWanted: boolean): Promise<void> {
  const input = { UserPoolId: env('USER_POOL_ID'), Username: userId, GroupName: role };
  const call = isWanted
    ? identity.send(new AdminAddUserToGroupCommand(input))
    : identity.send(new AdminRemoveUserFromGroupCommand(input));
  await answered<unknown>(call, { UserNotFoundException: notFound });
}
