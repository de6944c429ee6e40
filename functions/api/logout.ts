import { RevokeTokenCommand } from '@aws-sdk/client-cognito-identity-provider';
import { invalid } from '../domain/errors.ts';
import { env } from '../shared/env.ts';
import { identity } from '../shared/identity-client.ts';
import { answered, isIdentityError } from '../shared/identity-errors.ts';
import type { Handler } from './request.ts';

const refusal = () => invalid('refreshToken', 'is not a refresh token');

/**
 * Revokes the refresh token. It is opaque, so whose it is cannot be told without using it up; who holds it may revoke
 * it (RFC 7009, 2.1). One that is unknown, expired or revoked already is the state asked for.
 */
export const logout: Handler<'logout'> = async ({ body: { refreshToken } }) => {
  const command = new RevokeTokenCommand({ ClientId: env('USER_POOL_CLIENT_ID'), Token: refreshToken });
  try {
    await answered(identity.send(command), {
      UnsupportedTokenTypeException: refusal,
      InvalidParameterException: refusal,
    });
  } catch (error) {
    if (!isIdentityError(error, 'NotAuthorizedException', 'UnauthorizedException')) throw error;
  }
  return { status: 204 };
};
