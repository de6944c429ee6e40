import type { Handler } from './request.ts';

export const listEventBookings: Handler<'listEventBookings'> = async () => {
  throw new Error('not written yet');
};
