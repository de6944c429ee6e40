import type { Handler } from './request.ts';

export const createEvent: Handler<'createEvent'> = async () => {
  throw new Error('not written yet');
};
