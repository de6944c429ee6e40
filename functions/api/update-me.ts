import type { Handler } from './request.ts';

export const updateMe: Handler<'updateMe'> = async () => {
  throw new Error('not written yet');
};
