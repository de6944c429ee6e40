import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** A request as the gateway read it. */
export interface GatewayRequest {
  readonly method: string;
  /** As it was sent, without the query. */
  readonly path: string;
  /** As it was sent, without the question mark. */
  readonly queryString: string;
  /** Lower-case names; values of a repeated header joined with commas. Without cookies. */
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: Buffer;
  readonly sourceIp: string;
  readonly requestId: string;
  readonly receivedAt: Date;
}

/** The parts of an event that depend on the API and the route. */
export interface EventContext {
  readonly apiId: string;
  readonly accountId: string;
  readonly routeKey: string;
  readonly pathParameters: Readonly<Record<string, string>> | undefined;
  readonly authorizer: object | undefined;
}

/** Meant for one connection, so they end at the gateway. */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export function readGatewayRequest(message: IncomingMessage, body: Buffer): GatewayRequest {
  const { url = '/', method = 'GET', rawHeaders } = message;
  const question = url.indexOf('?');
  const headers: Record<string, string> = {};
  const cookies: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    const value = rawHeaders[index + 1] ?? '';
    if (name === 'cookie') cookies.push(...value.split(/;\s*/));
    else if (!hopByHop.has(name)) headers[name] = headers[name] === undefined ? value : `${headers[name]},${value}`;
  }
  return {
    method,
    path: question < 0 ? url : url.slice(0, question),
    queryString: question < 0 ? '' : url.slice(question + 1),
    headers,
    cookies,
    body,
    sourceIp: message.socket.remoteAddress ?? '127.0.0.1',
    requestId: randomBytes(11).toString('base64'),
    receivedAt: new Date(),
  };
}

/**
 * The event that an HTTP API sends to a function, payload format 2.0.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function eventOf(request: GatewayRequest, context: EventContext): object {
  const { method, path, queryString, headers, cookies, body, sourceIp, requestId, receivedAt } = request;
  const host = headers.host ?? '';
  const isText = isTextual(headers['content-type']);
  return {
    version: '2.0',
    routeKey: context.routeKey,
    rawPath: path,
    rawQueryString: queryString,
    ...(cookies.length > 0 && { cookies }),
    headers: {
      ...headers,
      'x-forwarded-for': sourceIp,
      'x-forwarded-port': host.split(':')[1] ?? '80',
      'x-forwarded-proto': 'http',
    },
    ...(queryString && { queryStringParameters: readQuery(queryString) }),
    requestContext: {
      accountId: context.accountId,
      apiId: context.apiId,
      ...(context.authorizer && { authorizer: context.authorizer }),
      domainName: host.split(':')[0],
      domainPrefix: host.split('.')[0],
      http: { method, path, protocol: 'HTTP/1.1', sourceIp, userAgent: headers['user-agent'] ?? '' },
      requestId,
      routeKey: context.routeKey,
      stage: '$default',
      time: commonLogTime(receivedAt),
      timeEpoch: receivedAt.getTime(),
    },
    ...(context.pathParameters && { pathParameters: context.pathParameters }),
    ...(body.length > 0 && { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

/** Media types whose bodies arrive as text; all others arrive in base64. */
function isTextual(contentType: string | undefined): boolean {
  return /^\s*(?:text\/|application\/(?:json|xml|javascript|[^;]*\+(?:json|xml))\s*(?:;|$))/i.test(contentType ?? '');
}

function readQuery(queryString: string): Record<string, string> {
  const query = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(queryString)) {
    const earlier = query.get(name);
    query.set(name, earlier === undefined ? value : `${earlier},${value}`);
  }
  // Keeps a parameter that is called `__proto__`, which assigning it would not.
  return Object.fromEntries(query);
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Such as `12/Mar/2020:19:03:58 +0000`. */
function commonLogTime(time: Date): string {
  const day = String(time.getUTCDate()).padStart(2, '0');
  return `${day}/${months[time.getUTCMonth()]}/${time.getUTCFullYear()}:${time.toISOString().slice(11, 19)} +0000`;
}
