import { cancelBooking } from '../api/cancel-booking.ts';
import { confirmBooking } from '../api/confirm-booking.ts';
import { createBooking } from '../api/create-booking.ts';
import { getBooking } from '../api/get-booking.ts';
import { getWaitlistPlace } from '../api/get-waitlist-place.ts';
import { joinWaitlist } from '../api/join-waitlist.ts';
import { leaveWaitlist } from '../api/leave-waitlist.ts';
import { listBookings } from '../api/list-bookings.ts';
import { guardAccess } from '../shared/access-guard.ts';
import { httpHandler } from '../shared/http-handler.ts';

export const handler = httpHandler(
  'booking',
  {
    createBooking,
    listBookings,
    getBooking,
    confirmBooking,
    cancelBooking,
    joinWaitlist,
    getWaitlistPlace,
    leaveWaitlist,
  },
  { guard: guardAccess },
);
