import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { operations } from '../api/contract.ts';
import type { Group, Operation } from '../api/operation.ts';
import type { HandlersOf, Request } from '../api/request.ts';
import { DomainError, isDomainError, notFound } from '../domain/errors.ts';
import { limits } from '../domain/limits.ts';
import { etagOf, noneMatch } from './etag.ts';
import { logger } from './logger.ts';
import { type HttpAnswer, problemAnswer } from './problem.ts';
import { type HttpEvent, readRequest } from './read-request.ts';

interface Result {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}
type AnyHandler = (request: Request) => Promise<Result>;
/** Answers a route that is in no operation: only the function behind `$default` has one. */
export type Fallback = (event: HttpEvent) => Promise<never>;

const cacheControl = {
  catalog: 'public, max-age=1, stale-while-revalidate=5',
  asset: 'public, max-age=86400',
  none: 'no-store',
} as const;

/**
 * The Lambda handler of a privilege group: finds the operation by route key, validates, calls, and turns errors into
 * problem documents. The one place with the middy chain.
 */
export function httpHandler<G extends Group>(group: G, handlers: HandlersOf<G>, fallback: Fallback = noRoute) {
  const routes = new Map(
    operations
      .filter((operation) => operation.group === group)
      .map((operation) => {
        const handler = (handlers as unknown as Record<string, AnyHandler>)[operation.operationId];
        const routeKey: string = `${operation.method} ${operation.path}`;
        return [routeKey, { operation, handler }] as const;
      }),
  );

  return middy<HttpEvent, HttpAnswer, Error, Context>({ timeoutEarlyResponse: timeIsUp })
    .use(requestLog())
    .onError((request) => {
      const answer = problemAnswer(request.error, request.event.requestContext.requestId);
      const error = request.error ?? undefined;
      if (isDomainError(error, 'busy')) logger.warn('request gave up', { error });
      else if (answer.statusCode >= 500) logger.error('request failed', { error });
      request.response = answer;
    })
    .handler(async (event, context) => {
      const route = routes.get(event.routeKey);
      if (!route?.handler) return fallback(event);
      const result = await route.handler(readRequest(route.operation, event, context));
      return answerOf(route.operation, event, result);
    });
}

function requestLog() {
  return {
    before: ({ event, context }: { event: HttpEvent; context: Context }) => {
      logger.resetKeys();
      logger.appendKeys({ requestId: event.requestContext.requestId, lambdaRequestId: context.awsRequestId });
    },
  };
}

/**
 * The answer shortly before Lambda ends the function: the database is slow, and whether it carries on is unknown, as
 * for any `busy`.
 */
function timeIsUp(): never {
  const detail = 'This takes too long at this moment. Try again with the same Idempotency-Key.';
  throw new DomainError('busy', detail, { retryAfterSeconds: limits.busyRetryAfterSeconds });
}

async function noRoute(): Promise<never> {
  throw notFound();
}

function answerOf(operation: Operation, event: HttpEvent, result: Result): HttpAnswer {
  const headers: Record<string, string> = {
    'cache-control': cacheControl[operation.cache ?? 'none'],
    'x-content-type-options': 'nosniff',
    'x-request-id': event.requestContext.requestId,
    ...result.headers,
  };
  const statusCode = result.status;
  if (result.body === undefined) return { statusCode, headers };
  if (result.body instanceof Uint8Array) {
    return { statusCode, headers, body: Buffer.from(result.body).toString('base64'), isBase64Encoded: true };
  }
  const isText = typeof result.body === 'string';
  const body = isText ? (result.body as string) : JSON.stringify(result.body);
  headers['content-type'] ??= isText ? `${operation.produces}; charset=utf-8` : 'application/json';
  if (operation.etag && operation.method === 'GET') {
    headers.etag ??= etagOf(body);
    if (!noneMatch(event.headers['if-none-match'], headers.etag)) {
      delete headers['content-type'];
      return { statusCode: 304, headers };
    }
  }
  return { statusCode, headers, body };
}
