import { RevokeTokenCommand } from '@aws-sdk/client-cognito-identity-provider';
import { invalid } from '../domain/errors.ts';
import { env } from '../shared/env.ts';
import { identity } from '../shared/identity-client.ts';
import { answered, isIdentityError } from '../shared/identity-errors.ts';
import { endLogin } from '../store/access-store.ts';
import { Patience } from '../store/transact.ts';
import type { Handler } from './request.ts';

const refusal = () => invalid('refreshToken', 'is not a refresh token');

/**
 * Ends the login that the access token came of: its tokens are refused from the answer on. The refresh token is revoked
 * first, since who has no access any more could not ask for that again. It is opaque, so whose it is cannot be told; who
 * holds it may revoke it (RFC 7009, 2.1). One that is unknown, expired or revoked already is the state asked for.
 */
export const logout: Handler<'logout'> = async ({ body: { refreshToken }, caller, remainingMs }) => {
  const command = new RevokeTokenCommand({ ClientId: env('USER_POOL_CLIENT_ID'), Token: refreshToken });
  try {
    await answered(identity.send(command), {
      UnsupportedTokenTypeException: refusal,
      InvalidParameterException: refusal,
    });
  } catch (error) {
    if (!isIdentityError(error, 'NotAuthorizedException', 'UnauthorizedException')) throw error;
  }
  await endLogin(caller, new Patience(remainingMs));
  return { status: 204 };
};
