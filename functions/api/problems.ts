import type { ErrorCode } from '../domain/errors.ts';

export interface ProblemType {
  status: number;
  title: string;
  /** What happened, for the person who reads /problems/{code}. */
  meaning: string;
  /** What to do about it. */
  remedy: string;
}

/** The one place that maps an error code to its HTTP status. */
export const problems: Readonly<Record<ErrorCode, ProblemType>> = {
  'validation-error': {
    status: 400,
    title: 'The request is not valid',
    meaning: 'The syntax, a field, a header or a cursor breaks the contract of this operation.',
    remedy: 'Correct what `errors` names; nothing was changed.',
  },
  unauthenticated: {
    status: 401,
    title: 'Not signed in',
    meaning: 'The credentials are missing, wrong or expired.',
    remedy: 'Sign in and send the access token as `Authorization: Bearer <token>`.',
  },
  forbidden: {
    status: 403,
    title: 'Not permitted',
    meaning: 'You are known, but your roles do not permit this operation.',
    remedy: 'Ask an administrator for the role, then sign in again.',
  },
  'not-found': {
    status: 404,
    title: 'Not found',
    meaning: 'There is no such resource, or it belongs to another person.',
    remedy: 'Check the address and who you are signed in as.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'Method not allowed',
    meaning: 'The path exists, but not with this method.',
    remedy: 'Use one of the methods in `Allow`.',
  },
  'sold-out': {
    status: 409,
    title: 'Sold out',
    meaning: 'All seats of the tier together are fewer than the quantity asked for.',
    remedy: 'Ask for no more than `available`, or try again later: cancelled seats are sold again.',
  },
  'sale-not-open': {
    status: 409,
    title: 'The sale has not begun',
    meaning: 'Tickets of this tier are sold from `saleOpensAt` on.',
    remedy: 'Try again at that time.',
  },
  'sale-closed': {
    status: 409,
    title: 'The sale is over',
    meaning: 'Tickets of this tier were sold until `saleClosesAt`.',
    remedy: 'None: this tier is not sold any more.',
  },
  'event-cancelled': {
    status: 409,
    title: 'The event is cancelled',
    meaning: 'The organizer cancelled the event at `cancelledAt`.',
    remedy: 'None: no tickets are sold for it.',
  },
  'purchase-limit': {
    status: 409,
    title: 'Purchase limit reached',
    meaning:
      'One person may have at most `maxPerUser` tickets of this tier, or of the whole event, and has `purchased` already.',
    remedy: 'Ask for fewer tickets, or cancel a booking first.',
  },
  'waitlist-first': {
    status: 409,
    title: 'Others wait for these seats',
    meaning: 'Seats are free, but people are in line for them, and they come first.',
    remedy: 'Join the waitlist of the tier.',
  },
  'seats-available': {
    status: 409,
    title: 'Seats are available',
    meaning: 'A waitlist can be joined when nothing is left; `available` seats of the tier are.',
    remedy: 'Book them, as many as there are.',
  },
  'already-waiting': {
    status: 409,
    title: 'In line already',
    meaning: 'You have a place in the waitlist of this tier.',
    remedy: 'Keep it, or leave the waitlist first to join again for another quantity, at the end of the line.',
  },
  'waitlist-closed': {
    status: 409,
    title: 'The waitlist is closed',
    meaning: 'The sale of the tier ended at `closedAt`, and its waitlist with it.',
    remedy: 'None: no seats of this tier are given out any more.',
  },
  'hold-expired': {
    status: 409,
    title: 'The hold has expired',
    meaning: 'The seats were held until `holdExpiresAt` and are free for everybody again.',
    remedy: 'Book again: if the seats are still there, they are yours.',
  },
  'invalid-state': {
    status: 409,
    title: 'Not possible in this state',
    meaning: 'The state of the resource does not permit the change.',
    remedy: 'Read the resource again and decide anew.',
  },
  'capacity-too-low': {
    status: 409,
    title: 'Capacity below what is sold',
    meaning: 'The new capacity of a tier is lower than its sold and held tickets together.',
    remedy: 'Choose a capacity of at least `sold` + `held`.',
  },
  'event-has-bookings': {
    status: 409,
    title: 'There are bookings already',
    meaning: 'An event or tier that ever had a booking cannot be deleted, nor its currency changed.',
    remedy: 'Lower the capacity to what is sold to stop its sale.',
  },
  'email-taken': {
    status: 409,
    title: 'Email address in use',
    meaning: 'Another user has this address.',
    remedy: 'Find that user in the list of users, or take another address.',
  },
  'precondition-failed': {
    status: 412,
    title: 'Changed meanwhile',
    meaning: 'The event changed since you read it: If-Match is stale.',
    remedy: 'Read the event again, apply your change to it and send its ETag.',
  },
  'payload-too-large': {
    status: 413,
    title: 'Request body too large',
    meaning: 'The body has more than `maxBytes` bytes.',
    remedy: 'Send a smaller body.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'Not JSON',
    meaning: 'The body is not declared as JSON.',
    remedy: 'Send JSON with `Content-Type: application/json`.',
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'Idempotency-Key used for another request',
    meaning: 'The key was sent within the last 24 hours with another body.',
    remedy: 'Use a fresh key for each new request; repeat a key only with the same body.',
  },
  'precondition-required': {
    status: 428,
    title: 'If-Match required',
    meaning: 'A change must name the version of the event that it is based on.',
    remedy: 'Send the ETag of the event as If-Match.',
  },
  'rate-limited': {
    status: 429,
    title: 'Too many requests',
    meaning: 'More than `quota` requests of this kind within `windowSeconds`, by you or from your network address.',
    remedy: 'Wait `Retry-After` seconds. What was booked before stays booked.',
  },
  internal: {
    status: 500,
    title: 'Internal error',
    meaning: 'A fault of the service. It is logged under the request id in `instance`.',
    remedy: 'Try again with the same Idempotency-Key; report the request id if it persists.',
  },
  busy: {
    status: 503,
    title: 'Too busy at the moment',
    meaning: 'Conflicting or throttled writes outlasted the retries. Nothing is known to be sold out.',
    remedy: 'Send the same request with the same Idempotency-Key after `Retry-After` seconds.',
  },
};
