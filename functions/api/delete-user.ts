import { readUser } from '../shared/identity-user.ts';
import { closeAccount } from './close-account.ts';
import type { Handler } from './request.ts';

/** Closes somebody's account; as `deleteMe`. */
export const deleteUser: Handler<'deleteUser'> = async ({ params: { userId }, remainingMs }) => {
  await closeAccount({ userId, by: 'administrator', checkExists: () => readUser(userId), remainingMs });
  return { status: 202 };
};
