import { cancelBooking } from '../api/cancel-booking.ts';
import { createBooking } from '../api/create-booking.ts';
import { getBooking } from '../api/get-booking.ts';
import { listBookings } from '../api/list-bookings.ts';
import { httpHandler } from '../shared/http-handler.ts';

export const handler = httpHandler('booking', {
  createBooking,
  listBookings,
  getBooking,
  cancelBooking,
});
