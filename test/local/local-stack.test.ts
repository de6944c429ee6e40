import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  AdminAddUserToGroupCommand,
  AdminConfirmSignUpCommand,
  CognitoIdentityProviderClient,
  InitiateAuthCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import privateKey from 'cognito-local/lib/keys/cognitoLocal.private.json' with { type: 'json' };
import { importJWK, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sign } from '../../local/sigv4.ts';
import { fakeTemplate, writeAssembly } from '../support/fake-assembly.ts';
import { type TestStack, withStack } from '../support/stack.ts';

// The machinery of the local stack, shown with a function that tells what it was given.
const code = `
import { setTimeout as wait } from 'node:timers/promises';
import { threadId } from 'node:worker_threads';
let running = 0;
let atOnce = 0;
export async function handler(event, context) {
  switch (event.rawPath) {
    case '/slow': await wait(60_000); break;
    case '/throw': throw new Error('a secret');
    case '/exit': process.exit(1); break;
    case '/later': setTimeout(() => { throw new Error('after the answer'); }, 1); await wait(60_000); break;
    case '/wait': atOnce = ++running; await wait(100); running -= 1; break;
    case '/bad': return { statusCode: 'many' };
    case '/plain': return { hello: 'there' };
    case '/log': console.log('printed by the function'); console.error('a complaint'); break;
  }
  const body = JSON.stringify({ event, env: process.env, atOnce, threadId, remaining: context.getRemainingTimeInMillis(), context });
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, cookies: ['a=1', 'b=2'], body };
}`;

let api: TestStack;
let assemblyDir: string;
beforeAll(async () => {
  process.env.EVENTLY_LEAK = 'from the terminal';
  assemblyDir = writeAssembly(fakeTemplate(), code);
  api = await withStack({ assemblyDir, maxInstances: 2 });
});
afterAll(async () => {
  delete process.env.EVENTLY_LEAK;
  await api?.stop();
  rmSync(assemblyDir, { recursive: true, force: true });
});

describe('a function', () => {
  test('gets the event of its route, and $default gets the rest', async () => {
    const { json } = await api.call('GET', '/items/a%20b?x=1&x=2', { headers: { cookie: 'c=3' } });
    expect(json.event).toMatchObject({
      version: '2.0',
      routeKey: 'GET /items/{itemId}',
      rawPath: '/items/a%20b',
      rawQueryString: 'x=1&x=2',
      queryStringParameters: { x: '1,2' },
      pathParameters: { itemId: 'a b' },
      cookies: ['c=3'],
      isBase64Encoded: false,
    });
    expect((await api.call('GET', '/items/known')).json.event.routeKey).toBe('GET /items/known');
    const unknown = await api.call('DELETE', '/items/known');
    expect(unknown.json.event.routeKey).toBe('$default');
    expect(unknown.headers.get('apigw-requestid')).toBe(unknown.json.event.requestContext.requestId);
    expect(unknown.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  });

  test('sees its own environment and nothing of the terminal', async () => {
    const { env } = (await api.call('GET', '/')).json;
    expect(env).toMatchObject({
      TABLE_NAME: api.stack.outputs.tableName,
      NODE_OPTIONS: '--enable-source-maps',
      AWS_REGION: 'us-east-1',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_ENDPOINT_URL_DYNAMODB: api.stack.endpoints.dynamodb,
      AWS_ENDPOINT_URL_DYNAMODB_STREAMS: api.stack.endpoints.streams,
      AWS_ENDPOINT_URL_EVENTBRIDGE: api.stack.endpoints.events,
      AWS_ENDPOINT_URL_SQS: api.stack.endpoints.sqs,
      AWS_ENDPOINT_URL_SESV2: api.stack.endpoints.ses,
    });
    for (const name of ['EVENTLY_LEAK', 'PATH', 'HOME']) expect(env).not.toHaveProperty(name);
  });

  test('knows what time it has left, and who it is', async () => {
    const { remaining, context } = (await api.call('GET', '/')).json;
    expect(remaining).toBeGreaterThan(500);
    expect(remaining).toBeLessThanOrEqual(1_000);
    expect(context).toMatchObject({ awsRequestId: expect.any(String), memoryLimitInMB: '128' });
    expect(context.invokedFunctionArn).toBe(`arn:aws:lambda:us-east-1:000000000000:function:${context.functionName}`);
  });

  test('that takes longer than its timeout is cut off with 503, and the next request is served', async () => {
    const slow = await api.call('GET', '/slow');
    expect([slow.status, slow.text]).toEqual([503, '{"message":"Service Unavailable"}']);
    expect((await api.call('GET', '/')).status).toBe(200);
  });

  test.each(['/throw', '/exit', '/later', '/bad'])('that fails (%s) answers 500 and tells nothing', async (path) => {
    const failed = await api.call('GET', path);
    expect([failed.status, failed.text]).toEqual([500, '{"message":"Internal Server Error"}']);
    expect((await api.call('GET', '/')).status).toBe(200);
  });

  test('that answers without a status code answers 200 and JSON', async () => {
    const { status, headers, json } = await api.call('GET', '/plain');
    expect([status, headers.get('content-type'), json]).toEqual([200, 'application/json', { hello: 'there' }]);
  });

  test('runs one invocation at a time in each instance, and more requests wait', async () => {
    const threads = new Set<number>();
    // The second instance may still be starting when the first one has answered everybody.
    while (threads.size < 2) {
      const answers = await Promise.all(Array.from({ length: 6 }, () => api.call('GET', '/wait')));
      expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(200));
      expect(answers.map(({ json }) => json.atOnce)).toEqual(Array(6).fill(1));
      for (const { json } of answers) threads.add(json.threadId);
    }
    expect(threads.size).toBe(2);
  });

  test('prints into functions.log, and complains on the terminal too', async () => {
    await api.call('GET', '/log');
    expect(readFileSync(join(api.dataDir, 'functions.log'), 'utf8')).toContain('printed by the function');
    expect(api.logged.join('\n')).toContain('a complaint');
    expect(api.logged.join('\n')).not.toContain('printed by the function');
  });

  test('never sees a body over 10 MB', async () => {
    const { status, text } = await api.call('POST', '/items', { body: 'x'.repeat(10 * 1024 * 1024 + 1) });
    expect([status, text]).toEqual([413, '{"message":"Request Entity Too Large"}']);
  });
});

describe('a route for people', () => {
  let accessToken: string;
  let idToken: string;
  const unauthorized = [401, '{"message":"Unauthorized"}'];
  const answer = async (path: string, token?: string) => {
    const { status, text } = await api.call('GET', path, token === undefined ? {} : { token });
    return [status, text];
  };
  const issuer = () => `https://cognito-idp.us-east-1.amazonaws.com/${api.stack.outputs.userPoolId}`;
  const claims = (): JWTPayload => ({
    sub: 'somebody',
    client_id: api.stack.outputs.userPoolClientId,
    token_use: 'access',
    scope: 'aws.cognito.signin.user.admin',
  });
  const token = async (changes: JWTPayload = {}, { expires = '1h' } = {}) =>
    new SignJWT({ ...claims(), ...changes })
      .setProtectedHeader({ alg: 'RS256', kid: 'CognitoLocal' })
      .setIssuer(issuer())
      .setExpirationTime(expires)
      .sign(await importJWK(privateKey.jwk, 'RS256'));

  beforeAll(async () => {
    const { env } = (await api.call('GET', '/')).json;
    const { userPoolId: UserPoolId, userPoolClientId: ClientId } = api.stack.outputs;
    const cognito = new CognitoIdentityProviderClient({
      region: 'us-east-1',
      endpoint: env.AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER,
      credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY },
    });
    const [Username, Password] = ['ada@example.com', 'correct horse battery'];
    await cognito.send(new SignUpCommand({ ClientId, Username, Password }));
    await cognito.send(new AdminConfirmSignUpCommand({ UserPoolId, Username }));
    await cognito.send(new AdminAddUserToGroupCommand({ UserPoolId, Username, GroupName: 'organizers' }));
    const { AuthenticationResult: tokens } = await cognito.send(
      new InitiateAuthCommand({
        ClientId,
        AuthFlow: 'USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME: Username, PASSWORD: Password },
      }),
    );
    accessToken = tokens?.AccessToken ?? '';
    idToken = tokens?.IdToken ?? '';
    cognito.destroy();
  });

  test('hands the claims over as text, lists in brackets', async () => {
    const { json } = await api.call('GET', '/me', { token: accessToken });
    expect(json.event.requestContext.authorizer.jwt).toEqual({
      claims: expect.objectContaining({
        iss: issuer(),
        token_use: 'access',
        client_id: api.stack.outputs.userPoolClientId,
        'cognito:groups': '[organizers]',
        exp: expect.stringMatching(/^\d+$/),
      }),
      scopes: null,
    });
    const { json: mine } = await api.call('GET', '/mine', { token: accessToken });
    expect(mine.event.requestContext.authorizer.jwt.scopes).toEqual(['aws.cognito.signin.user.admin']);
  });

  test('takes the token with Bearer and without', async () => {
    expect((await api.call('GET', '/me', { headers: { authorization: accessToken } })).status).toBe(200);
    expect((await api.call('GET', '/me', { headers: { authorization: `bearer ${accessToken}` } })).status).toBe(200);
  });

  test('refuses no token, and one that is none', async () => {
    expect(await answer('/me')).toEqual(unauthorized);
    expect(await answer('/me', 'a.b.c')).toEqual(unauthorized);
    expect((await api.call('GET', '/me')).headers.get('www-authenticate')).toBe('Bearer');
  });

  test('refuses an ID token where a scope is asked for', async () => {
    expect(await answer('/mine', idToken)).toEqual([403, '{"message":"Forbidden"}']);
  });

  test('refuses `alg: none`, and a token signed with another algorithm', async () => {
    const unsigned = new UnsecuredJWT(claims()).setIssuer(issuer()).setExpirationTime('1h').encode();
    expect(await answer('/me', unsigned)).toEqual(unauthorized);
    const symmetric = await new SignJWT(claims())
      .setProtectedHeader({ alg: 'HS256', kid: 'CognitoLocal' })
      .setIssuer(issuer())
      .setExpirationTime('1h')
      .sign(new TextEncoder().encode(JSON.stringify(privateKey.jwk)));
    expect(await answer('/me', symmetric)).toEqual(unauthorized);
  });

  test('refuses a token that was changed', async () => {
    const [header, , signature] = accessToken.split('.');
    const payload = Buffer.from(JSON.stringify({ ...claims(), iss: issuer(), exp: 4_000_000_000 })).toString(
      'base64url',
    );
    expect(await answer('/me', `${header}.${payload}.${signature}`)).toEqual(unauthorized);
  });

  test('refuses an expired token, also one that it took before', async () => {
    expect((await answer('/me', await token()))[0]).toBe(200);
    expect(await answer('/me', await token({}, { expires: '-1s' }))).toEqual(unauthorized);
    const brief = await token({}, { expires: '1s' });
    expect((await answer('/me', brief))[0]).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(await answer('/me', brief)).toEqual(unauthorized);
  });

  test('refuses a token of another client, issuer, or time', async () => {
    expect(await answer('/me', await token({ client_id: 'another' }))).toEqual(unauthorized);
    expect(await answer('/me', await token({ aud: 'another' }))).toEqual(unauthorized);
    expect(await answer('/me', await token({ nbf: 4_000_000_000 }))).toEqual(unauthorized);
    const foreign = await new SignJWT(claims())
      .setProtectedHeader({ alg: 'RS256', kid: 'CognitoLocal' })
      .setIssuer('https://cognito-idp.us-east-1.amazonaws.com/us-east-1_another')
      .setExpirationTime('1h')
      .sign(await importJWK(privateKey.jwk, 'RS256'));
    expect(await answer('/me', foreign)).toEqual(unauthorized);
  });
});

describe('a route for IAM principals', () => {
  const forbidden = [403, '{"message":"Forbidden"}'];
  const body = { a: 1 };
  const send = async (headers: Record<string, string>, sent: unknown = body, path = '/admin/thing') => {
    const { status, text } = await api.call('POST', path, { body: sent, headers });
    return [status, text];
  };
  const signed = ({ time = new Date(), service = 'execute-api', region = 'us-east-1', secret = '' } = {}) => {
    const { apiUrl, adminAccessKeyId, adminSecretAccessKey } = api.stack.outputs;
    const headers = { host: new URL(apiUrl).host, 'content-type': 'application/json' };
    return sign(
      { method: 'POST', path: '/admin/thing', queryString: '', headers, body: JSON.stringify(body) },
      { accessKeyId: adminAccessKeyId, secretAccessKey: secret || adminSecretAccessKey },
      { region, service, time },
    );
  };

  test('serves the administrator and says who it is', async () => {
    const { json } = await api.call('POST', '/admin/thing?b=2&a=1%202', { body, signAs: 'admin' });
    expect(json.event.requestContext.authorizer).toEqual({
      iam: {
        accessKey: api.stack.outputs.adminAccessKeyId,
        accountId: '000000000000',
        callerId: expect.stringMatching(/^AIDA/),
        cognitoIdentity: null,
        principalOrgId: null,
        userArn: 'arn:aws:iam::000000000000:user/admin',
        userId: expect.stringMatching(/^AIDA/),
      },
    });
    expect((await send(await signed()))[0]).toBe(200);
  });

  test('refuses who is not signed, a stranger, and what the policy does not name', async () => {
    expect(await send({})).toEqual(forbidden);
    const stranger = await api.call('POST', '/admin/thing', { body, signAs: 'stranger' });
    expect([stranger.status, stranger.text]).toEqual(forbidden);
    const elsewhere = await api.call('POST', '/elsewhere', { body, signAs: 'admin' });
    expect([elsewhere.status, elsewhere.text]).toEqual(forbidden);
  });

  test('refuses a wrong secret, service, region, time, and a signature over something else', async () => {
    expect(await send(await signed({ secret: 'wrong' }))).toEqual(forbidden);
    expect(await send(await signed({ service: 's3' }))).toEqual(forbidden);
    expect(await send(await signed({ region: 'eu-central-1' }))).toEqual(forbidden);
    expect(await send(await signed({ time: new Date(Date.now() - 6 * 60_000) }))).toEqual(forbidden);
    expect(await send(await signed(), { a: 2 })).toEqual(forbidden);
    expect(await send(await signed(), body, '/admin/thing?a=1')).toEqual(forbidden);
    expect(await send({ ...(await signed()), 'x-amz-date': '20300101T000000Z' })).toEqual(forbidden);
  });
});
