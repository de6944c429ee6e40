import type { Handler } from './request.ts';

export const login: Handler<'login'> = async () => {
  throw new Error('not written yet');
};
