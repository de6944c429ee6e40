import type { Context } from 'aws-lambda';
import { contract, type OperationId } from '../../functions/api/contract.ts';
import type { Group } from '../../functions/api/operation.ts';
import type { HttpEvent } from '../../functions/shared/read-request.ts';

export interface Invocation {
  body?: unknown;
  params?: Record<string, string>;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  /** Subject of the token; without one the caller is an administrator. */
  userId?: string;
  /** Groups of the caller, as the gateway hands them over. */
  groups?: string;
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
  const { body, params, query, headers, userId, groups } = invocation;
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
      http: { method, path, sourceIp: '192.0.2.1' },
      authorizer: userId
        ? { jwt: { claims: { sub: userId, token_use: 'access', ...(groups && { 'cognito:groups': groups }) } } }
        : { iam: { userArn: 'arn:aws:iam::000000000000:user/bench' } },
    },
  } as unknown as HttpEvent;
  const context = { awsRequestId: event.requestContext.requestId, getRemainingTimeInMillis: () => 10_000 } as Context;
  const answer = await handler(event, context);
  const isJson = /json/.test(String(answer.headers?.['content-type'])) && !answer.isBase64Encoded;
  const answered = isJson && answer.body ? JSON.parse(answer.body) : {};
  return { status: answer.statusCode, headers: answer.headers, body: answered };
}

/** Calls the real handler of an operation. */
export function call(operationId: OperationId, invocation: Invocation = {}): Promise<HandlerAnswer> {
  const { group, method, path } = contract[operationId];
  return invoke(group, `${method} ${path}`, invocation);
}
