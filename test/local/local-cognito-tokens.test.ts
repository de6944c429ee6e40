import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CognitoIdentityProviderClient,
  ConfirmSignUpCommand,
  InitiateAuthCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCognito } from '../../local/cognito.ts';

// The local user pool alone: its access tokens have what those of AWS have.
let directory: string;
let cognito: Awaited<ReturnType<ReturnType<typeof startCognito>['serve']>>;
let client: CognitoIdentityProviderClient;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'evently-'));
  cognito = await startCognito(directory, '123456').serve({
    issuerDomain: 'https://pool.example.com',
    pools: [{ id: 'pool', options: { Id: 'pool', UsernameAttributes: ['email'], Policies: {} } }],
    clients: [{ id: 'client', userPoolId: 'pool', options: { ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'] } }],
    groups: [],
  });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  client = new CognitoIdentityProviderClient({ endpoint: cognito.endpoint, region: 'us-east-1', credentials });
});
afterAll(async () => {
  client?.destroy();
  await cognito?.stop();
  await rm(directory, { recursive: true, force: true });
});

async function tokens(AuthFlow: 'USER_PASSWORD_AUTH' | 'REFRESH_TOKEN_AUTH', AuthParameters: Record<string, string>) {
  const command = new InitiateAuthCommand({ ClientId: 'client', AuthFlow, AuthParameters });
  const { AuthenticationResult: result } = await client.send(command);
  const keys = createRemoteJWKSet(new URL(`${cognito.endpoint}/pool/.well-known/jwks.json`));
  const { payload } = await jwtVerify(result?.AccessToken ?? '', keys, { issuer: 'https://pool.example.com/pool' });
  return { claims: payload, refreshToken: result?.RefreshToken ?? '' };
}

test('all tokens of one sign-in have its origin and its time, and each has an id of its own', async () => {
  const person = { USERNAME: 'ada@example.com', PASSWORD: 'correct horse battery staple' };
  const account = { ClientId: 'client', Username: person.USERNAME };
  const email = { Name: 'email', Value: person.USERNAME };
  await client.send(new SignUpCommand({ ...account, Password: person.PASSWORD, UserAttributes: [email] }));
  await client.send(new ConfirmSignUpCommand({ ...account, ConfirmationCode: '123456' }));

  const first = await tokens('USER_PASSWORD_AUTH', person);
  const refreshed = await tokens('REFRESH_TOKEN_AUTH', { REFRESH_TOKEN: first.refreshToken });
  const second = await tokens('USER_PASSWORD_AUTH', person);
  expect(first.claims).toMatchObject({ token_use: 'access', client_id: 'client', sub: expect.any(String) });
  expect(first.claims).toMatchObject({ origin_jti: expect.stringMatching(/./), auth_time: first.claims.iat });
  const { origin_jti, auth_time } = first.claims;
  expect(refreshed.claims).toMatchObject({ origin_jti, auth_time });
  expect(second.claims.origin_jti).not.toBe(origin_jti);
  expect(new Set([first, refreshed, second].map(({ claims }) => claims.jti)).size).toBe(3);
});
