import type { Handler } from './request.ts';

export const getUser: Handler<'getUser'> = async () => {
  throw new Error('not written yet');
};
