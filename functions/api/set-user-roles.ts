import { replaceRoles, rolesInOrder } from '../shared/identity-roles.ts';
import { readUser, rolesOfUser } from '../shared/identity-user.ts';
import { endRoles } from '../store/access-store.ts';
import { noteRoles } from '../store/role-store.ts';
import { Patience } from '../store/transact.ts';
import type { Handler } from './request.ts';

export const setUserRoles: Handler<'setUserRoles'> = async ({ params: { userId }, body, remainingMs }) => {
  const user = await readUser(userId);
  const patience = new Patience(remainingMs);
  const change = { userId, formerly: await rolesOfUser(userId), roles: rolesInOrder(body.roles) };
  await noteRoles(change, 'REQUESTED', patience);
  const roles = await replaceRoles(userId, change.roles);
  await endRoles(userId, roles, patience);
  await noteRoles(change, 'IN_FORCE', patience);
  return { status: 200, body: { ...user, roles } };
};
