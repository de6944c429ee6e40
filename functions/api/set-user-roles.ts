import { replaceRoles } from '../shared/identity-roles.ts';
import { readUser } from '../shared/identity-user.ts';
import type { Handler } from './request.ts';

export const setUserRoles: Handler<'setUserRoles'> = async ({ params: { userId }, body }) => {
  const user = await readUser(userId);
  return { status: 200, body: { ...user, roles: await replaceRoles(userId, body.roles) } };
};
