import type { Handler } from './request.ts';

export const listUsers: Handler<'listUsers'> = async () => {
  throw new Error('not written yet');
};
