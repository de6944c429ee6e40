import type { Handler } from './request.ts';

export const listAllEvents: Handler<'listAllEvents'> = async () => {
  throw new Error('not written yet');
};
