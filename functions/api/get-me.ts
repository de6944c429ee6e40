import type { Handler } from './request.ts';

export const getMe: Handler<'getMe'> = async () => {
  throw new Error('not written yet');
};
