import { UpdateUserAttributesCommand } from '@aws-sdk/client-cognito-identity-provider';
import { identity } from '../shared/identity-client.ts';
import { answered } from '../shared/identity-errors.ts';
import { renameProfile } from '../store/profile-store.ts';
import { accountIsGone, firstProfile } from './get-me.ts';
import type { Handler } from './request.ts';

/**
 * The profile is the truth about a name; the user pool keeps a copy for the lists of administrators. The copy comes
 * first: if the second write fails, the person still sees the old name and an error, and sending the same request
 * again puts both in step.
 */
export const updateMe: Handler<'updateMe'> = async ({ body: { name }, caller }) => {
  const { userId, accessToken, roles } = caller;
  const copy = new UpdateUserAttributesCommand({
    AccessToken: accessToken,
    UserAttributes: [{ Name: 'name', Value: name }],
  });
  await answered(identity.send(copy), accountIsGone);
  const now = new Date().toISOString();
  const profile = (await renameProfile(userId, name, now)) ?? (await firstProfile(caller));
  // A first profile is read from the pool, or was made by a request that ran beside this one: perhaps before the copy.
  const renamed = profile.name === name ? profile : await renameProfile(userId, name, now);
  if (!renamed) throw new Error('the profile vanished between two writes');
  return { status: 200, body: { ...renamed, roles: [...roles] } };
};
