import { DomainError, type ErrorCode, type ErrorDetails } from '../../domain/errors.ts';
import { limits } from '../../domain/limits.ts';
import { problemAnswer } from '../../shared/problem.ts';
import { requestId } from './values.ts';

type Samples = { readonly [Code in ErrorCode]: readonly [detail: string, details: ErrorDetails[Code]] };

const samples: Samples = {
  'validation-error': [
    'quantity: Too small: expected number to be >=1',
    { errors: [{ path: 'quantity', message: 'Too small: expected number to be >=1' }] },
  ],
  unauthenticated: ['Sign in and send a valid access token.', {}],
  forbidden: ['This operation is for organizers.', {}],
  'not-found': ['There is no such resource, or it is not yours.', {}],
  'method-not-allowed': ['This path takes GET, POST, not PUT.', { allow: ['GET', 'POST'] }],
  'sold-out': ['1 ticket is left; you asked for 2.', { available: 1, waitlist: false }],
  'sale-not-open': ['The sale begins later.', { saleOpensAt: '2027-02-01T09:00:00.000Z' }],
  'sale-closed': ['The sale is over.', { saleClosesAt: '2027-06-18T18:00:00.000Z' }],
  'event-cancelled': ['The event is cancelled.', { cancelledAt: '2027-05-02T07:15:00.000Z' }],
  'purchase-limit': ['One person may have 6 of these tickets; you have 5.', { maxPerUser: 6, purchased: 5 }],
  'waitlist-first': ['2 seats are free, but people wait for them.', { available: 2 }],
  'seats-available': ['12 seats are available: book them.', { available: 12 }],
  'already-waiting': ['You have a place in this waitlist already.', { tierId: 'standard' }],
  'waitlist-closed': ['The waitlist closed at 2027-06-18T18:00:00.000Z.', { closedAt: '2027-06-18T18:00:00.000Z' }],
  'hold-expired': [
    'The seats were held until 2027-02-03T17:40:10.000Z.',
    { holdExpiresAt: '2027-02-03T17:40:10.000Z' },
  ],
  'invalid-state': ['The event is PUBLISHED; only a draft can be a draft again.', { state: 'PUBLISHED' }],
  'capacity-too-low': [
    'More tickets of the tier are sold than the new capacity has.',
    { tierId: 'standard', capacity: 300, sold: 363, held: 0 },
  ],
  'event-has-bookings': ['The tier has bookings.', { tierId: 'standard' }],
  'email-taken': ['Another user has this email address.', {}],
  'precondition-failed': ['The event changed since you read it.', { currentETag: '"4"' }],
  'payload-too-large': [
    `The body has 70000 bytes; at most ${limits.bodyBytes} are read.`,
    { maxBytes: limits.bodyBytes },
  ],
  'unsupported-media-type': ['Send JSON with Content-Type: application/json.', {}],
  'idempotency-key-reused': ['The key was used for another request.', {}],
  'precondition-required': ['Send the ETag of the event you read as If-Match.', {}],
  'rate-limited': [
    'At most 120 bookings in 60 seconds; come back in 17 seconds.',
    { policy: 'bookings', quota: 120, windowSeconds: 60, retryAfterSeconds: 17 },
  ],
  internal: ['Something went wrong on our side.', {}],
  busy: ['Too many people at once. Try again.', { retryAfterSeconds: limits.busyRetryAfterSeconds }],
};

/** The body of an error, as the service itself makes it. */
export function problemExample(code: ErrorCode): Record<string, unknown> {
  const [detail, details] = samples[code];
  return JSON.parse(problemAnswer(new DomainError(code, detail, details), requestId).body ?? '{}');
}
