import { UpdateUserAttributesCommand } from '@aws-sdk/client-cognito-identity-provider';
import { identity } from '../shared/identity-client.ts';
import { answered } from '../shared/identity-errors.ts';
import { changeProfile } from '../store/profile-store.ts';
import { accountIsGone, firstProfile, type Newcomer } from './get-me.ts';
import type { Handler, Person } from './request.ts';

/**
 * The profile is the truth about a name; the user pool keeps a copy for the lists of administrators. The copy comes
 * first: if the second write fails, the person still sees the old name and an error, and sending the same request
 * again puts both in step.
 */
export const updateMe: Handler<'updateMe'> = async ({ body, caller, remainingMs }) => {
  if (body.name !== undefined) await renameAccount(caller, body.name);
  const change = () => changeProfile(caller.userId, body, new Date().toISOString());
  const changed = (await change()) ?? (await createAndThen({ ...caller, remainingMs }, change));
  if (!changed) throw new Error('the profile vanished between two writes');
  return { status: 200, body: { ...changed, roles: [...caller.roles] } };
};

async function renameAccount({ accessToken }: Person, name: string): Promise<void> {
  const copy = new UpdateUserAttributesCommand({
    AccessToken: accessToken,
    UserAttributes: [{ Name: 'name', Value: name }],
  });
  await answered(identity.send(copy), accountIsGone);
}

/** A first profile is read from the pool, or was made by a request that ran beside this one: perhaps before the copy. */
async function createAndThen<Result>(person: Newcomer, change: () => Promise<Result>): Promise<Result> {
  await firstProfile(person);
  return change();
}
