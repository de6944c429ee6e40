import type { Handler } from './request.ts';

export const cancelBooking: Handler<'cancelBooking'> = async () => {
  throw new Error('not written yet');
};
