import type { Handler } from './request.ts';

export const getReadiness: Handler<'getReadiness'> = async () => {
  throw new Error('not written yet');
};
