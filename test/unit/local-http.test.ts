import { describe, expect, test } from 'vitest';
import { answerOf } from '../../local/http-answer.ts';
import { eventOf, type GatewayRequest } from '../../local/http-event.ts';
import { routeTable } from '../../local/http-routes.ts';
import { matchesPattern } from '../../local/pattern.ts';

describe('routes', () => {
  const table = routeTable(
    [
      '$default',
      'ANY /{proxy+}',
      'GET /events/{eventId}',
      'GET /events/popular',
      'ANY /events/{eventId}',
      'GET /{kind}/popular',
      'GET /files/{path+}',
      'GET /',
    ].map((routeKey) => ({ routeKey })),
  );
  const match = (method: string, path: string) => {
    const { route, pathParameters } = table.match(method, path) ?? {};
    return [route?.routeKey, pathParameters];
  };

  test('the most specific one wins', () => {
    expect(match('GET', '/')).toEqual(['GET /', undefined]);
    expect(match('GET', '/events/popular')).toEqual(['GET /events/popular', undefined]);
    expect(match('GET', '/events/1')).toEqual(['GET /events/{eventId}', { eventId: '1' }]);
    expect(match('DELETE', '/events/1')).toEqual(['ANY /events/{eventId}', { eventId: '1' }]);
    expect(match('GET', '/users/popular')).toEqual(['GET /{kind}/popular', { kind: 'users' }]);
    expect(match('GET', '/files/a/b')).toEqual(['GET /files/{path+}', { path: 'a/b' }]);
    expect(match('POST', '/a/b/c')).toEqual(['ANY /{proxy+}', { proxy: 'a/b/c' }]);
  });

  test('$default takes the rest, and nothing does where there is none', () => {
    const own = routeTable([{ routeKey: 'GET /events/{eventId}' }, { routeKey: '$default' }]);
    expect(own.match('GET', '/events/')?.route.routeKey).toBe('$default');
    expect(own.match('GET', '/events/1/')?.route.routeKey).toBe('$default');
    expect(own.match('HEAD', '/events/1')?.route.routeKey).toBe('$default');
    expect(routeTable([{ routeKey: 'GET /a' }]).match('GET', '/b')).toBeUndefined();
  });

  test('path parameters are decoded; what cannot be is an error', () => {
    expect(match('GET', '/events/a%20b%2Fc')).toEqual(['GET /events/{eventId}', { eventId: 'a b/c' }]);
    expect(() => match('GET', '/events/%ff')).toThrow(URIError);
  });

  test('a route key that is none is refused', () => {
    expect(() => routeTable([{ routeKey: '/events' }])).toThrow('The route key "/events" is not one of an HTTP API.');
  });
});

describe('events', () => {
  const request: GatewayRequest = {
    method: 'POST',
    path: '/events/1',
    queryString: 'a=1&a=2&b=x%20y+z',
    headers: { host: '127.0.0.1:3000', 'user-agent': 'test', 'content-type': 'application/json; charset=utf-8' },
    cookies: ['a=1', 'b=2'],
    body: Buffer.from('{"é":1}'),
    sourceIp: '127.0.0.1',
    requestId: 'id',
    receivedAt: new Date('2020-03-12T19:03:58.390Z'),
  };
  const context = {
    apiId: 'api',
    accountId: '0',
    routeKey: 'POST /events/{eventId}',
    pathParameters: { eventId: '1' },
    authorizer: { jwt: { claims: {}, scopes: null } },
  };

  test('have payload format 2.0', () => {
    expect(eventOf(request, context)).toEqual({
      version: '2.0',
      routeKey: 'POST /events/{eventId}',
      rawPath: '/events/1',
      rawQueryString: 'a=1&a=2&b=x%20y+z',
      cookies: ['a=1', 'b=2'],
      headers: {
        ...request.headers,
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-port': '3000',
        'x-forwarded-proto': 'http',
      },
      queryStringParameters: { a: '1,2', b: 'x y z' },
      pathParameters: { eventId: '1' },
      requestContext: {
        accountId: '0',
        apiId: 'api',
        authorizer: { jwt: { claims: {}, scopes: null } },
        domainName: '127.0.0.1',
        domainPrefix: '127',
        http: { method: 'POST', path: '/events/1', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' },
        requestId: 'id',
        routeKey: 'POST /events/{eventId}',
        stage: '$default',
        time: '12/Mar/2020:19:03:58 +0000',
        timeEpoch: 1584039838390,
      },
      body: '{"é":1}',
      isBase64Encoded: false,
    });
  });

  test('carry bodies that are no text in base64, and none where there is none', () => {
    const body = Buffer.from([0xff, 0x00]);
    const headers = { 'content-type': 'application/octet-stream' };
    expect(eventOf({ ...request, headers, body }, context)).toMatchObject({ body: '/wA=', isBase64Encoded: true });
    expect(eventOf({ ...request, headers: {}, body: Buffer.from('x') }, context)).toMatchObject({ body: 'eA==' });
    const empty = eventOf({ ...request, body: Buffer.alloc(0), queryString: '', cookies: [] }, context);
    expect(Object.keys(empty)).not.toEqual(expect.arrayContaining(['body']));
    expect(empty).toMatchObject({ isBase64Encoded: false });
    expect(empty).not.toHaveProperty('cookies');
    expect(empty).not.toHaveProperty('queryStringParameters');
  });
});

describe('answers', () => {
  const answer = (result: unknown) => answerOf({ kind: 'answer', payload: JSON.stringify(result) });

  test('with a status code are taken as they are', () => {
    const result = { statusCode: 201, headers: { ETag: '"1"', 'X-Count': 3 }, cookies: ['a=1'], body: '{}' };
    expect(answer(result)).toEqual({
      status: 201,
      headers: { etag: '"1"', 'x-count': '3', 'set-cookie': ['a=1'], 'content-type': 'text/plain;charset=UTF-8' },
      body: '{}',
    });
    expect(answer({ statusCode: 200, body: '/wA=', isBase64Encoded: true }).body).toEqual(Buffer.from([0xff, 0x00]));
  });

  test('without one are the body', () => {
    const headers = { 'content-type': 'application/json' };
    expect(answer({ a: 1 })).toEqual({ status: 200, headers, body: '{"a":1}' });
    expect(answer('hello')).toEqual({ status: 200, headers, body: 'hello' });
  });

  test('that are none become 500, a timeout 503, and neither tells why', () => {
    const broken = { status: 500, body: '{"message":"Internal Server Error"}' };
    expect(answer({ statusCode: 'many' })).toMatchObject(broken);
    expect(answer({ statusCode: 200, body: { a: 1 } })).toMatchObject(broken);
    expect(answerOf({ kind: 'failure', message: 'secret' })).toMatchObject(broken);
    const unavailable = { status: 503, body: '{"message":"Service Unavailable"}' };
    expect(answerOf({ kind: 'timeout' })).toMatchObject(unavailable);
    expect(answerOf({ kind: 'throttled' })).toMatchObject(unavailable);
  });
});

test('patterns of IAM know * and ? and nothing else', () => {
  expect(matchesPattern('a/*/c', 'a/b/x/c')).toBe(true);
  expect(matchesPattern('a/?', 'a/b')).toBe(true);
  expect(matchesPattern('a/?', 'a/bc')).toBe(false);
  expect(matchesPattern('a.c', 'abc')).toBe(false);
  expect(matchesPattern('$default/[a]', '$default/[a]')).toBe(true);
});
