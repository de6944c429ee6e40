import type { Handler } from './request.ts';

export const getProblem: Handler<'getProblem'> = async () => {
  throw new Error('not written yet');
};
