import { DomainError } from '../domain/errors.ts';
import { signIn } from '../shared/identity-tokens.ts';
import type { Handler } from './request.ts';

const refusal = () =>
  new DomainError('unauthenticated', 'The address or the password is wrong, or the account is not confirmed.', {});

export const login: Handler<'login'> = async ({ body: { email, password } }) => {
  const { refreshToken, ...token } = await signIn(
    'USER_PASSWORD_AUTH',
    { USERNAME: email, PASSWORD: password },
    refusal,
  );
  if (!refreshToken) throw new Error('the user pool gave no refresh token');
  return { status: 200, body: { ...token, refreshToken } };
};
