import type { Handler } from './request.ts';

export const getBooking: Handler<'getBooking'> = async () => {
  throw new Error('not written yet');
};
