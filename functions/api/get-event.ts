import type { Handler } from './request.ts';

export const getEvent: Handler<'getEvent'> = async () => {
  throw new Error('not written yet');
};
