import type { Context } from 'aws-lambda';
import type { Group } from '../../functions/api/operation.ts';
import type { HttpEvent } from '../../functions/shared/read-request.ts';

export interface Invocation {
  body?: unknown;
  params?: Record<string, string>;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  /** Subject of the token; without one the caller is an administrator. */
  userId?: string;
}

export interface HandlerAnswer {
  status: number;
  headers: Record<string, string>;
  body: Record<string, unknown>;
}

let requests = 0;

/** Calls the real handler of a group in this process, with the event that the gateway would make. */
export async function invoke(group: Group, routeKey: string, invocation: Invocation = {}): Promise<HandlerAnswer> {
  const { handler } = await import(`../../functions/entry/${group}.ts`);
  const { body, params, query, headers, userId } = invocation;
  requests += 1;
  const [method = '', path = ''] = routeKey.split(' ');
  const event = {
    version: '2.0',
    routeKey,
    rawPath: path,
    headers: { 'content-type': 'application/json', ...headers },
    ...(query && { queryStringParameters: query }),
    ...(params && { pathParameters: params }),
    ...(body !== undefined && { body: JSON.stringify(body) }),
    isBase64Encoded: false,
    requestContext: {
      requestId: `bench-${process.pid}-${Date.now()}-${requests}`,
      timeEpoch: Date.now(),
      http: { method, path },
      authorizer: userId
        ? { jwt: { claims: { sub: userId, token_use: 'access' } } }
        : { iam: { userArn: 'arn:aws:iam::000000000000:user/bench' } },
    },
  } as unknown as HttpEvent;
  const context = { awsRequestId: event.requestContext.requestId, getRemainingTimeInMillis: () => 10_000 } as Context;
  const answer = await handler(event, context);
  return { status: answer.statusCode, headers: answer.headers, body: JSON.parse(answer.body ?? '{}') };
}
