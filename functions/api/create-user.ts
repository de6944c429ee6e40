import type { Handler } from './request.ts';

export const createUser: Handler<'createUser'> = async () => {
  throw new Error('not written yet');
};
