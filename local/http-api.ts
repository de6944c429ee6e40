import { answerOf, type GatewayAnswer, gatewayAnswer } from './http-answer.ts';
import { eventOf, type GatewayRequest } from './http-event.ts';
import { type RouteMatch, routeTable } from './http-routes.ts';
import type { LambdaFunction } from './lambda.ts';
import { type ThrottleLimits, tokenBucket } from './throttle.ts';

/** What an authorizer makes of a request. */
export type Decision =
  | { readonly kind: 'allow'; readonly authorizer?: object }
  | {
      readonly kind: 'refuse';
      readonly status: number;
      readonly message: string;
      readonly headers?: Record<string, string>;
    };
export type Authorize = (request: GatewayRequest, route: { readonly scopes?: readonly string[] }) => Promise<Decision>;

export interface ApiRoute {
  /** Such as `GET /events/{eventId}` or `$default`. */
  readonly routeKey: string;
  readonly function: LambdaFunction;
  /** Without one, the route is open to everybody. */
  readonly authorize?: Authorize;
  readonly scopes?: readonly string[];
  /** How long the gateway waits for the function. */
  readonly timeoutMs: number;
  /** @default nothing is throttled */
  readonly throttle?: ThrottleLimits;
}

export interface ApiOptions {
  readonly apiId: string;
  readonly accountId: string;
  readonly routes: readonly ApiRoute[];
}

export type HandleRequest = (request: GatewayRequest) => Promise<GatewayAnswer>;

/** An HTTP API: finds the route, asks its authorizer, invokes its function, translates the answer. */
export function createApi({ apiId, accountId, routes }: ApiOptions): HandleRequest {
  const table = routeTable(routes);
  const buckets = new Map(
    routes.flatMap(({ routeKey, throttle }) => (throttle ? [[routeKey, tokenBucket(throttle)]] : [])),
  );

  const find = (request: GatewayRequest): RouteMatch<ApiRoute> | undefined | 'malformed' => {
    try {
      return table.match(request.method, request.path);
    } catch (error) {
      if (error instanceof URIError) return 'malformed';
      throw error;
    }
  };

  return async (request) => {
    const match = find(request);
    if (match === 'malformed') return gatewayAnswer(400, 'Bad Request');
    if (!match) return gatewayAnswer(404, 'Not Found');
    const { route, pathParameters } = match;
    if (buckets.get(route.routeKey)?.() === false) return gatewayAnswer(429, 'Too Many Requests');
    const decision = route.authorize ? await route.authorize(request, route) : undefined;
    if (decision?.kind === 'refuse') return gatewayAnswer(decision.status, decision.message, decision.headers);
    const authorizer = decision?.authorizer;
    const event = eventOf(request, { apiId, accountId, routeKey: route.routeKey, pathParameters, authorizer });
    return answerOf(await withTimeout(route.function.invoke(JSON.stringify(event)), route.timeoutMs));
  };
}

/** The gateway gives up; the function may go on, as it does on AWS. */
async function withTimeout<T>(promise: Promise<T>, timeoutMs: number): Promise<T | { readonly kind: 'timeout' }> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<{ readonly kind: 'timeout' }>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, { kind: 'timeout' });
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
