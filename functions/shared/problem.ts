import { problems } from '../api/problems.ts';
import { DomainError, isDomainError } from '../domain/errors.ts';
import { limits } from '../domain/limits.ts';
import { rateRefusalHeaders } from './rate-limit-headers.ts';

/** The answer of an HTTP API integration, payload format 2.0. */
export interface HttpAnswer {
  statusCode: number;
  headers: Record<string, string>;
  body?: string;
  isBase64Encoded?: boolean;
}

/** Of every answer: a browser guesses no media type, and speaks to this host through TLS alone for a year. */
export const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'strict-transport-security': 'max-age=31536000',
} as const;

/**
 * RFC 9457 answer to an error. A DomainError shows its code and details; anything else is `internal` and shows
 * nothing.
 */
export function problemAnswer(thrown: unknown, requestId: string): HttpAnswer {
  const error = isDomainError(thrown)
    ? thrown
    : new DomainError('internal', 'Something went wrong on our side.', {}, { cause: thrown });
  const { status, title } = problems[error.code];
  const problem = {
    type: `/problems/${error.code}`,
    title,
    status,
    detail: error.detail,
    instance: requestId,
    code: error.code,
    ...error.details,
  };
  return {
    statusCode: status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...securityHeaders,
      'x-request-id': requestId,
      ...headersOf(error),
    },
    body: JSON.stringify(problem),
  };
}

function headersOf(error: DomainError): Record<string, string> {
  if (isDomainError(error, 'busy')) return { 'retry-after': String(error.details.retryAfterSeconds) };
  if (isDomainError(error, 'rate-limited')) return rateRefusalHeaders(error.details);
  if (isDomainError(error, 'internal')) return { 'retry-after': String(limits.busyRetryAfterSeconds) };
  if (isDomainError(error, 'method-not-allowed')) return { allow: error.details.allow.join(', ') };
  if (isDomainError(error, 'unauthenticated')) return { 'www-authenticate': 'Bearer' };
  return {};
}
