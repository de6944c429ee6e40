import type { ZodOpenApiHeadersObject, ZodOpenApiParameterObject } from 'zod-openapi';
import { requestId } from '../../functions/api/docs/values.ts';
import type { Operation } from '../../functions/api/operation.ts';
import { limits } from '../../functions/domain/limits.ts';

const etag = '"1.u5Wp0c3kqGQ2dAfE"';
const text = { type: 'string' } as const;

/** Every header that an answer may carry. */
export const headerComponents = {
  'X-Request-Id': {
    description: 'Id of this request, the same in every log line about it.',
    schema: text,
    example: requestId,
  },
  'Cache-Control': { description: 'How long the answer may be kept.', schema: text, example: 'no-store' },
  ETag: { description: 'Names what was answered, for `If-Match` and `If-None-Match`.', schema: text, example: etag },
  'Idempotency-Replayed': {
    description: '`true` where this is the kept answer to an earlier request with the same key.',
    schema: { type: 'string', enum: ['true'] },
  },
  Link: {
    description: 'Where more follows, the way to it. RFC 8288',
    schema: text,
    example: '</users/me/export?cursor=eyJ>; rel="next"',
  },
  'Retry-After': {
    description: 'Seconds to wait before the same request is sent again.',
    schema: { type: 'integer', minimum: 0 },
    example: limits.busyRetryAfterSeconds,
  },
  RateLimit: {
    description: 'By policy: `r` remain, and in `t` seconds more. draft-ietf-httpapi-ratelimit-headers',
    schema: text,
    example: '"logins";r=19;t=42',
  },
  'RateLimit-Policy': {
    description: 'By policy: `q` in any `w` seconds.',
    schema: text,
    example: '"logins";q=20;w=60',
  },
  'WWW-Authenticate': { description: 'The way to sign in.', schema: text, example: 'Bearer' },
} as const satisfies ZodOpenApiHeadersObject;

export type HeaderName = keyof typeof headerComponents;

export function headerRefs(...names: readonly HeaderName[]): ZodOpenApiHeadersObject {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** The request headers that operations understand. Without examples, which the form of the docs page would send. */
const requestHeaders = {
  'Idempotency-Key': {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'Makes a repetition safe. Choose a fresh one, such as a UUID, for each new request, and repeat it with the same ' +
      'body only: with another body the answer is `idempotency-key-reused`.',
    schema: { type: 'string', minLength: 1, maxLength: limits.idempotencyKeyCharacters, pattern: '^[\\x21-\\x7e]+$' },
  },
  'If-Match': {
    name: 'If-Match',
    in: 'header',
    required: true,
    description:
      'The ETag of the event that the change is based on. Only its version counts, not the seats sold since. ' +
      `Example: \`${etag}\`.`,
    schema: text,
  },
  'If-None-Match': {
    name: 'If-None-Match',
    in: 'header',
    description: `The ETag of an earlier answer: 304 without a body where nothing changed. Example: \`${etag}\`.`,
    schema: text,
  },
} as const satisfies Record<string, ZodOpenApiParameterObject>;

type RequestHeader = keyof typeof requestHeaders;
export const parameterComponents: Readonly<Record<RequestHeader, ZodOpenApiParameterObject>> = requestHeaders;

export function requestHeaderRefs(operation: Operation): { $ref: string }[] {
  const names: RequestHeader[] = [];
  if (operation.idempotent) names.push('Idempotency-Key');
  if (operation.ifMatch) names.push('If-Match');
  if (answersNotModified(operation)) names.push('If-None-Match');
  return names.map((name) => ({ $ref: `#/components/parameters/${name}` }));
}

export function answersNotModified(operation: Operation): boolean {
  return operation.method === 'GET' && (operation.etag === true || 304 in operation.success);
}
