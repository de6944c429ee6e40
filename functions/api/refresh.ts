import type { Handler } from './request.ts';

export const refresh: Handler<'refresh'> = async () => {
  throw new Error('not written yet');
};
