import type { Handler } from './request.ts';

export const createDemoData: Handler<'createDemoData'> = async () => {
  throw new Error('not written yet');
};
