import type { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import type { SQSClient } from '@aws-sdk/client-sqs';

/** A token of the shape that the user pool gives; nobody checks it here. */
export function tokenOf(userId: string): string {
  const part = (claims: object) => Buffer.from(JSON.stringify(claims)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ sub: userId, token_use: 'access', iat: 0, exp: 3_600 })}.`;
}

const attributes = (userId: string) => [
  { Name: 'sub', Value: userId },
  { Name: 'email', Value: 'ada@example.com' },
  { Name: 'name', Value: 'Ada Lovelace' },
];

/** Answers of the user pool, by command, about one user. */
const answers: Record<string, (userId: string) => object> = {
  InitiateAuth: (userId) => ({
    AuthenticationResult: { AccessToken: tokenOf(userId), RefreshToken: 'refresh', ExpiresIn: 3_600 },
  }),
  GetUser: (userId) => ({ Username: userId, UserAttributes: attributes(userId) }),
  AdminGetUser: (userId) => ({ Username: userId, UserAttributes: attributes(userId), UserStatus: 'CONFIRMED' }),
  AdminCreateUser: (userId) => ({ User: { Username: userId, Attributes: attributes(userId) } }),
  AdminListGroupsForUser: () => ({ Groups: [] }),
  ListUsers: (userId) => ({
    Users: Array.from({ length: 20 }, () => ({ Username: userId, Attributes: attributes(userId) })),
  }),
};

export interface Counter {
  /** Calls since the last time. */
  take(): number;
}

/** Answers in place of the services that are not the table, and counts how often they are asked. */
export function fakeServices(
  clients: { identity: CognitoIdentityProviderClient; queues: SQSClient },
  userId: string,
): Counter {
  let calls = 0;
  const answer = (command: unknown) => {
    calls += 1;
    const output = answers[String(command).replace(/Command$/, '')]?.(userId) ?? {};
    return { output: { $metadata: {}, ...output }, response: {} };
  };
  const options = { step: 'initialize', name: 'fake' } as const;
  clients.identity.middlewareStack.add((_next, context) => async () => answer(context.commandName) as never, options);
  clients.queues.middlewareStack.add((_next, context) => async () => answer(context.commandName) as never, options);
  return {
    take: () => {
      const taken = calls;
      calls = 0;
      return taken;
    },
  };
}
