import type { Handler } from './request.ts';

export const getLiveness: Handler<'getLiveness'> = async () => {
  throw new Error('not written yet');
};
