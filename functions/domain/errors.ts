/** What each error tells beyond its code. The HTTP status of a code is in functions/api/problems.ts. */
export interface ErrorDetails {
  'validation-error': { errors: readonly { path: string; message: string }[] };
  unauthenticated: object;
  forbidden: object;
  'not-found': object;
  'method-not-allowed': { allow: readonly string[] };
  'sold-out': { available: number; waitlist: boolean };
  'sale-not-open': { saleOpensAt: string };
  'sale-closed': { saleClosesAt: string };
  'event-cancelled': { cancelledAt: string };
  'purchase-limit': { maxPerUser: number; purchased: number };
  'waitlist-first': { available: number };
  'seats-available': { available: number };
  'already-waiting': { tierId: string };
  'waitlist-closed': { closedAt: string };
  'hold-expired': { holdExpiresAt: string };
  'invalid-state': { state: string };
  'capacity-too-low': { tierId: string; capacity: number; sold: number; held: number };
  'event-has-bookings': { tierId?: string };
  'email-taken': object;
  'precondition-failed': { currentETag: string };
  'precondition-required': object;
  'payload-too-large': { maxBytes: number };
  'unsupported-media-type': object;
  'idempotency-key-reused': object;
  'rate-limited': { policy: string; quota: number; windowSeconds: number; retryAfterSeconds: number };
  internal: object;
  busy: { retryAfterSeconds: number };
}

export type ErrorCode = keyof ErrorDetails;

/** A refusal with a stable code. `detail` is safe to show to the client; `cause` never leaves the service. */
export class DomainError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'DomainError';
  readonly code: Code;
  readonly detail: string;
  readonly details: ErrorDetails[Code];

  constructor(code: Code, detail: string, details: ErrorDetails[Code], options?: ErrorOptions) {
    super(`${code}: ${detail}`, options);
    this.code = code;
    this.detail = detail;
    this.details = details;
  }
}

/** True for a DomainError, and with `code` for one of that code. */
export function isDomainError<Code extends ErrorCode>(error: unknown, code?: Code): error is DomainError<Code> {
  return error instanceof DomainError && (code === undefined || error.code === code);
}

/** A missing resource and another person's answer with the same bytes, so there is one way to say it. */
export function notFound(): DomainError<'not-found'> {
  return new DomainError('not-found', 'There is no such resource, or it is not yours.', {});
}

/** One invalid field. `path` is dotted, as in `tiers.0.price`. */
export function invalid(path: string, message: string): DomainError<'validation-error'> {
  return new DomainError('validation-error', `${path}: ${message}`, { errors: [{ path, message }] });
}
