import type { Handler } from './request.ts';

export const getDocs: Handler<'getDocs'> = async () => {
  throw new Error('not written yet');
};
