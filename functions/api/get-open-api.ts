import type { Handler } from './request.ts';

export const getOpenApi: Handler<'getOpenApi'> = async () => {
  throw new Error('not written yet');
};
