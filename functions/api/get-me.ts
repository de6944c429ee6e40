import { GetUserCommand } from '@aws-sdk/client-cognito-identity-provider';
import { DomainError } from '../domain/errors.ts';
import type { Profile } from '../domain/user.ts';
import { identity } from '../shared/identity-client.ts';
import { alike, answered } from '../shared/identity-errors.ts';
import { attribute } from '../shared/identity-user.ts';
import { createProfile, getProfile } from '../store/profile-store.ts';
import type { Handler, Person } from './request.ts';

export const getMe: Handler<'getMe'> = async ({ caller, remainingMs }) => {
  const profile = (await getProfile(caller.userId)) ?? (await firstProfile({ ...caller, remainingMs }));
  return { status: 200, body: { ...profile, roles: [...caller.roles] } };
};

export interface Newcomer extends Pick<Person, 'userId' | 'accessToken'> {
  remainingMs: () => number;
}

/**
 * Makes a person's profile from the user pool, when they are seen for the first time. The access token is all that
 * this needs, so the function has no right to read other people's accounts.
 *
 * @throws {DomainError} unauthenticated where the account is gone, busy.
 */
export async function firstProfile({ userId, accessToken, remainingMs }: Newcomer): Promise<Profile> {
  const command = new GetUserCommand({ AccessToken: accessToken });
  const { UserAttributes } = await answered(identity.send(command), accountIsGone);
  const now = new Date().toISOString();
  const profile = {
    userId,
    email: attribute(UserAttributes, 'email'),
    name: attribute(UserAttributes, 'name'),
    emailNotifications: true,
    createdAt: now,
    updatedAt: now,
  };
  return createProfile(profile, remainingMs);
}

/** A token outlives the account it was made for, and its own revocation, until it expires. */
export const accountIsGone = alike(
  () => new DomainError('unauthenticated', 'The account of this token is gone, or the token is revoked.', {}),
  'UserNotFoundException',
  'NotAuthorizedException',
  'UserNotConfirmedException',
  'PasswordResetRequiredException',
);
