import type { Handler } from './request.ts';

export const updateEvent: Handler<'updateEvent'> = async () => {
  throw new Error('not written yet');
};
