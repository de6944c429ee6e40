import type { Handler } from './request.ts';

export const register: Handler<'register'> = async () => {
  throw new Error('not written yet');
};
