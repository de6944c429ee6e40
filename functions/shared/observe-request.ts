import type { Context } from 'aws-lambda';
import { isDomainError } from '../domain/errors.ts';
import { count } from './counters.ts';
import { hashUser } from './hash-user.ts';
import { observe, type WorkEnd } from './observe.ts';
import type { HttpAnswer } from './problem.ts';
import type { HttpEvent } from './read-request.ts';

interface Handled {
  readonly event: HttpEvent;
  readonly context: Context;
  readonly internal: { endWork?: (end: WorkEnd) => void };
  readonly response: HttpAnswer | null | undefined;
  readonly error?: Error | null | undefined;
}

/**
 * Middleware that observes each request from first to last, so it has to be the first in the chain.
 *
 * @param operationOf the operationId of a route key
 */
export function observeRequest(operationOf: (routeKey: string) => string | undefined) {
  return {
    before: ({ event, context, internal }: Handled): void => {
      const { requestId } = event.requestContext;
      const userId = userIdOf(event);
      internal.endWork = observe(operationOf(event.routeKey) ?? 'unknownRoute', {
        requestId,
        lambdaRequestId: context.awsRequestId,
        user: userId && hashUser(userId),
      });
    },
    after: ({ internal, response }: Handled): void => {
      internal.endWork?.({ status: response?.statusCode ?? 500 });
    },
    onError: ({ internal, response, error }: Handled): void => {
      const code = isDomainError(error) ? error.code : 'internal';
      if (code === 'sold-out') count('SoldOut');
      if (code === 'busy') count('Busy');
      if (code === 'rate-limited') count('RateLimited');
      if (code === 'internal') count('Failures');
      internal.endWork?.({ status: response?.statusCode ?? 500, code });
    },
  };
}

/** Of the token that the authorizer has checked. */
function userIdOf(event: HttpEvent): string | undefined {
  const { authorizer } = event.requestContext as { authorizer?: { jwt?: { claims: { sub?: unknown } } } };
  const sub = authorizer?.jwt?.claims.sub;
  return typeof sub === 'string' ? sub : undefined;
}
