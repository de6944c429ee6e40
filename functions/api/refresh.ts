import { DomainError } from '../domain/errors.ts';
import { signIn } from '../shared/identity-tokens.ts';
import type { Handler } from './request.ts';

const refusal = () => new DomainError('unauthenticated', 'The refresh token is wrong, expired or revoked.', {});

export const refresh: Handler<'refresh'> = async ({ body: { refreshToken } }) => {
  const { accessToken, expiresIn, tokenType } = await signIn(
    'REFRESH_TOKEN_AUTH',
    { REFRESH_TOKEN: refreshToken },
    refusal,
  );
  return { status: 200, body: { accessToken, expiresIn, tokenType } };
};
