import type { Handler } from './request.ts';

export const listBookings: Handler<'listBookings'> = async () => {
  throw new Error('not written yet');
};
