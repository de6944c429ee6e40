import {
  AdminGetUserCommand,
  type AttributeType,
  paginateAdminListGroupsForUser,
} from '@aws-sdk/client-cognito-identity-provider';
import { notFound } from '../domain/errors.ts';
import { Role, type UserView } from '../domain/user.ts';
import { env } from './env.ts';
import { identity } from './identity-client.ts';
import { answered } from './identity-errors.ts';

/** A user as the pool describes one; its calls differ only in the name of the attribute list. */
export interface PoolUser {
  Username?: string | undefined;
  Attributes?: AttributeType[] | undefined;
  Enabled?: boolean | undefined;
  UserStatus?: string | undefined;
  UserCreateDate?: Date | undefined;
}
export type UserWithoutRoles = Omit<UserView, 'roles'>;

/** Value of an attribute, '' where the user has none: users made outside of this API may lack a name. */
export function attribute(attributes: readonly AttributeType[] | undefined, name: string): string {
  return attributes?.find((each) => each.Name === name)?.Value ?? '';
}

/** In a pool with sign-in by email the pool generates the user name, and it is the `sub` of the tokens. */
export function userOf(user: PoolUser): UserWithoutRoles {
  const status = user.UserStatus;
  return {
    userId: attribute(user.Attributes, 'sub') || (user.Username ?? ''),
    email: attribute(user.Attributes, 'email'),
    name: attribute(user.Attributes, 'name'),
    status: status === 'CONFIRMED' || status === 'UNCONFIRMED' ? status : 'OTHER',
    enabled: user.Enabled ?? true,
    createdAt: (user.UserCreateDate ?? new Date(0)).toISOString(),
  };
}

/** @throws {DomainError} not-found, busy. */
export async function readUser(userId: string): Promise<UserWithoutRoles> {
  const command = new AdminGetUserCommand({ UserPoolId: env('USER_POOL_ID'), Username: userId });
  const { UserAttributes, ...user } = await answered(identity.send(command), { UserNotFoundException: notFound });
  const found = userOf({ ...user, Attributes: UserAttributes });
  // The pool looks a name up among aliases too; here a user has one address only.
  if (found.userId !== userId) throw notFound();
  return found;
}

/**
 * The user's groups that are roles.
 *
 * @throws {DomainError} not-found, busy.
 */
export async function rolesOfUser(userId: string): Promise<Role[]> {
  const input = { UserPoolId: env('USER_POOL_ID'), Username: userId, Limit: 60 };
  return answered(readRoles(input), { UserNotFoundException: notFound });
}

async function readRoles(input: { UserPoolId: string; Username: string; Limit: number }): Promise<Role[]> {
  const roles: Role[] = [];
  for await (const { Groups = [] } of paginateAdminListGroupsForUser({ client: identity }, input)) {
    roles.push(...Groups.flatMap((group) => Role.safeParse(group.GroupName).data ?? []));
  }
  return roles;
}
