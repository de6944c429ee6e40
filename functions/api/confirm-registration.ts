import type { Handler } from './request.ts';

export const confirmRegistration: Handler<'confirmRegistration'> = async () => {
  throw new Error('not written yet');
};
