import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { operations } from '../api/contract.ts';
import type { Group, Operation } from '../api/operation.ts';
import type { HandlersOf, Request } from '../api/request.ts';
import { DomainError, isDomainError, notFound } from '../domain/errors.ts';
import { limits } from '../domain/limits.ts';
import type { Guard } from './access-guard.ts';
import { actingAs, actorOfCaller } from './actor.ts';
import { cameThroughEdge, notThroughEdge } from './edge-key.ts';
import { etagOf, noneMatch } from './etag.ts';
import { logger } from './logger.ts';
import { observeRequest } from './observe-request.ts';
import { type HttpAnswer, problemAnswer, securityHeaders } from './problem.ts';
import { type HttpEvent, readRequest } from './read-request.ts';
import { traced } from './tracing.ts';

interface Result {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}
type AnyHandler = (request: Request) => Promise<Result>;
/** Answers a route that is in no operation: only the function behind `$default` has one. */
export type Fallback = (event: HttpEvent) => Promise<never>;

interface Options {
  /** @default answers not-found */
  readonly fallback?: Fallback;
  /** Refuses tokens that the gateway takes. A group with operations for people has to have one. */
  readonly guard?: Guard;
}

const unguarded: Guard = (_operation, _event, work) => work();

const cacheControl = {
  catalog: 'public, max-age=1, stale-while-revalidate=5',
  asset: 'public, max-age=86400',
  none: 'no-store',
} as const;

/**
 * The Lambda handler of a privilege group: finds the operation by route key, validates, calls, and turns errors into
 * problem documents. The one place with the middy chain.
 */
export function httpHandler<G extends Group>(group: G, handlers: HandlersOf<G>, options: Options = {}) {
  const { fallback = noRoute, guard = unguarded } = options;
  const routes = new Map(
    operations
      .filter((operation) => operation.group === group)
      .map((operation) => {
        const handler = (handlers as unknown as Record<string, AnyHandler>)[operation.operationId];
        const routeKey: string = `${operation.method} ${operation.path}`;
        return [routeKey, { operation, handler }] as const;
      }),
  );

  const isForPeople = [...routes.values()].some(({ operation: { auth } }) => auth === 'user' || auth === 'organizer');
  if (isForPeople && guard === unguarded) throw new Error(`${group} lets people in and has no guard`);

  return middy<HttpEvent, HttpAnswer, Error, Context>({ timeoutEarlyResponse: timeIsUp })
    .use(observeRequest((routeKey) => routes.get(routeKey)?.operation.operationId))
    .onError((request) => {
      const answer = problemAnswer(request.error, request.event.requestContext.requestId);
      const error = request.error ?? undefined;
      if (isDomainError(error, 'busy')) logger.warn('request gave up', { error });
      else if (answer.statusCode >= 500) logger.error('request failed', { error });
      request.response = answer;
    })
    .handler(async (event, context) => {
      if (!cameThroughEdge(event)) return notThroughEdge;
      const route = routes.get(event.routeKey);
      if (!route?.handler) return fallback(event);
      const { operation, handler } = route;
      return traced(operation.operationId, async () => {
        const result = await guard(operation, event, async () => {
          const request = readRequest(operation, event, context);
          return actingAs(actorOfCaller(operation, request.caller), () => handler(request));
        });
        return answerOf(operation, event, result);
      });
    });
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
    ...securityHeaders,
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
