import type { Handler } from './request.ts';

export const logout: Handler<'logout'> = async () => {
  throw new Error('not written yet');
};
