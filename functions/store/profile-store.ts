import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { Profile, type ProfilePatch } from '../domain/user.ts';
import { checkNotDeleted, noAccess } from './access-store.ts';
import { documents, tableName } from './client.ts';
import { profileKey } from './keys.ts';
import { getItem, persistently } from './read.ts';
import { type Action, Patience, transact } from './transact.ts';

const notYetThere = 'attribute_not_exists(pk)';
const alreadyThere = 'attribute_exists(pk)';

/** Consistent, so that a person sees the change they just made. @throws {DomainError} busy */
export async function getProfile(userId: string): Promise<Profile | undefined> {
  const item = await getItem(profileKey(userId));
  return item && Profile.parse(item);
}

/**
 * Stores a first profile. Where another request was faster, its profile stays and is the answer.
 *
 * @throws {DomainError} unauthenticated where the person is being deleted; busy
 */
export async function createProfile(profile: Profile, remainingMs: () => number): Promise<Profile> {
  const put: Action<'profile'> = {
    name: 'profile',
    item: {
      Put: {
        TableName: tableName(),
        Item: { ...profileKey(profile.userId), ...profile },
        ConditionExpression: notYetThere,
      },
    },
  };
  const refused = await transact<string>([put, checkNotDeleted(profile.userId)], new Patience(remainingMs));
  if (refused.size === 0) return profile;
  if (refused.has('access')) throw noAccess();
  const stored = await getProfile(profile.userId);
  // It was there, and was erased since.
  if (!stored) throw noAccess();
  return stored;
}

/** The profile after a change, or undefined where there is none yet. @throws {DomainError} busy */
export async function changeProfile(
  userId: string,
  { name, emailNotifications }: ProfilePatch,
  updatedAt: string,
): Promise<Profile | undefined> {
  const command = new UpdateCommand({
    TableName: tableName(),
    Key: profileKey(userId),
    UpdateExpression: [
      'SET updatedAt = :updatedAt',
      ...(name === undefined ? [] : ['#name = :name']),
      ...(emailNotifications === undefined ? [] : ['emailNotifications = :emailNotifications']),
    ].join(', '),
    ConditionExpression: alreadyThere,
    ...(name !== undefined && { ExpressionAttributeNames: { '#name': 'name' } }),
    ExpressionAttributeValues: {
      ':updatedAt': updatedAt,
      ...(name !== undefined && { ':name': name }),
      ...(emailNotifications !== undefined && { ':emailNotifications': emailNotifications }),
    },
    ReturnValues: 'ALL_NEW',
  });
  try {
    const { Attributes } = await persistently(() => documents.send(command));
    return Profile.parse(Attributes);
  } catch (error) {
    if (isRefused(error)) return undefined;
    throw error;
  }
}

function isRefused(error: unknown): boolean {
  return error instanceof ConditionalCheckFailedException;
}
