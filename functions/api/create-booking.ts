import type { Handler } from './request.ts';

export const createBooking: Handler<'createBooking'> = async () => {
  throw new Error('not written yet');
};
