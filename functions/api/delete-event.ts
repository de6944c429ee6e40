import type { Handler } from './request.ts';

export const deleteEvent: Handler<'deleteEvent'> = async () => {
  throw new Error('not written yet');
};
