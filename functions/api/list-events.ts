import type { Handler } from './request.ts';

export const listEvents: Handler<'listEvents'> = async () => {
  throw new Error('not written yet');
};
