import {
  type AuthenticationResultType,
  type AuthFlowType,
  InitiateAuthCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import type { Login } from '../domain/access.ts';
import type { DomainError } from '../domain/errors.ts';
import { env } from './env.ts';
import { identity } from './identity-client.ts';
import { alike, answered } from './identity-errors.ts';
import { loginOf } from './login-claims.ts';

export interface AccessToken {
  accessToken: string;
  expiresIn: number;
  tokenType: 'Bearer';
}
export interface SignIn extends AccessToken {
  refreshToken: string | undefined;
}

/** RFC 7519: three parts in base64url. */
const jwt = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/**
 * Asks the user pool for tokens. Every reason to refuse them gets one answer, so that it does not tell whether an
 * account exists, is confirmed or disabled. A challenge (a temporary password, a second factor) is such a reason too:
 * this API has no way to answer one.
 *
 * @throws {DomainError} `refusal`, busy.
 */
export async function signIn(
  flow: AuthFlowType,
  parameters: Record<string, string>,
  refusal: () => DomainError,
): Promise<SignIn> {
  const command = new InitiateAuthCommand({
    AuthFlow: flow,
    ClientId: env('USER_POOL_CLIENT_ID'),
    AuthParameters: parameters,
  });
  const { AuthenticationResult: tokens } = await answered(
    identity.send(command),
    alike(
      refusal,
      'NotAuthorizedException',
      'UserNotFoundException',
      'UserNotConfirmedException',
      'PasswordResetRequiredException',
      'InvalidPasswordException',
    ),
  );
  if (!tokens?.AccessToken) throw refusal();
  if (!jwt.test(tokens.AccessToken)) throw new Error('the user pool gave a token that is none');
  return {
    accessToken: tokens.AccessToken,
    refreshToken: tokens.RefreshToken,
    expiresIn: lifetimeSeconds(tokens, tokens.AccessToken),
    tokenType: 'Bearer',
  };
}

/** `ExpiresIn` is optional in the pool's answer; the token itself always says how long it lives (RFC 7519, 4.1.4). */
function lifetimeSeconds(tokens: AuthenticationResultType, accessToken: string): number {
  if (tokens.ExpiresIn !== undefined) return tokens.ExpiresIn;
  const { exp, iat } = claimsOf(accessToken) as { exp: number; iat: number };
  return exp - iat;
}

/** Claims of a token that comes from the user pool itself; nobody else's may be read without a check. */
function claimsOf(token: string): object {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as object;
}

/** The login that an access token came of which was just given out. @throws {Error} where it names nobody */
export function loginOfToken(accessToken: string): Login {
  const claims = claimsOf(accessToken) as Record<string, unknown>;
  if (typeof claims.sub !== 'string') throw new Error('the token of the user pool names nobody');
  return { userId: claims.sub, ...loginOf(claims) };
}
