import type { Handler } from './request.ts';

export const getService: Handler<'getService'> = async () => {
  throw new Error('not written yet');
};
