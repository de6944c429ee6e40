import type { Handler } from './request.ts';

export const listOwnEvents: Handler<'listOwnEvents'> = async () => {
  throw new Error('not written yet');
};
