import { readUser, rolesOfUser } from '../shared/identity-user.ts';
import type { Handler } from './request.ts';

export const getUser: Handler<'getUser'> = async ({ params: { userId } }) => {
  const user = await readUser(userId);
  return { status: 200, body: { ...user, roles: await rolesOfUser(userId) } };
};
