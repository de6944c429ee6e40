import type { Context } from 'aws-lambda';
import { handler as account } from '../../functions/entry/account.ts';
import { handler as admin } from '../../functions/entry/admin.ts';
import type { HttpEvent } from '../../functions/shared/read-request.ts';

export interface Call {
  body?: unknown;
  params?: Record<string, string>;
  query?: Record<string, string>;
  requestId?: string;
}
export interface Answer {
  status: number;
  headers: Record<string, string>;
  /** The very bytes. */
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape.
  json: any;
}

export const userId = '5c0d1f3e-8a67-4b4e-9a7e-2a1f0b6c9d11';
export const accessToken = 'header.payload.signature';

let tokens = 0;
/** Calls the account function as the gateway would, signed in anew with the groups. */
export function callAccount(routeKey: string, call: Call = {}, groups: readonly string[] = []): Promise<Answer> {
  tokens += 1;
  const login = { origin_jti: `login-${tokens}`, jti: `token-${tokens}`, auth_time: '1800000000' };
  const claims = { sub: userId, token_use: 'access', 'cognito:groups': `[${groups.join(' ')}]`, ...login };
  return invoke(account, eventOf(routeKey, call, { jwt: { claims, scopes: [] } }));
}

/** Calls the admin function as the gateway would, with the ARN of the principal that signed. */
export function callAdmin(routeKey: string, call: Call = {}, userArn = 'arn:aws:iam::123456789012:user/ada') {
  return invoke(admin, eventOf(routeKey, call, { iam: { userArn } }));
}

function eventOf(routeKey: string, call: Call, authorizer: object): HttpEvent {
  const [method = '', path = ''] = routeKey.split(' ');
  const event = {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: '',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` },
    pathParameters: call.params,
    queryStringParameters: call.query,
    body: call.body === undefined ? undefined : JSON.stringify(call.body),
    isBase64Encoded: false,
    requestContext: {
      requestId: call.requestId ?? 'request-1',
      http: { method, path, sourceIp: '203.0.113.7' },
      authorizer,
    },
  };
  return event as unknown as HttpEvent;
}

async function invoke(handler: typeof account, event: HttpEvent): Promise<Answer> {
  const context = { awsRequestId: 'lambda-1', getRemainingTimeInMillis: () => 10_000 } as Context;
  const answer = await handler(event, context);
  const text = answer.body ?? '';
  return { status: answer.statusCode, headers: answer.headers, text, json: text === '' ? undefined : JSON.parse(text) };
}

/** An error of the user pool as the SDK throws it: known by its name alone. */
export function poolError(name: string, message = 'told by the pool about ada@example.com'): Error {
  return Object.assign(new Error(message), { name, $fault: 'client', $metadata: { httpStatusCode: 400 } });
}
