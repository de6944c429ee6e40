import type { Handler } from './request.ts';

export const setUserRoles: Handler<'setUserRoles'> = async () => {
  throw new Error('not written yet');
};
