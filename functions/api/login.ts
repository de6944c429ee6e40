import { DomainError, isDomainError } from '../domain/errors.ts';
import { loginOfToken, signIn } from '../shared/identity-tokens.ts';
import { logger } from '../shared/logger.ts';
import { requireAccess } from '../store/access-store.ts';
import { getProfile } from '../store/profile-store.ts';
import { firstProfile } from './get-me.ts';
import type { Handler } from './request.ts';

const refusal = () =>
  new DomainError('unauthenticated', 'The address or the password is wrong, or the account is not confirmed.', {});

export const login: Handler<'login'> = async ({ body: { email, password }, remainingMs }) => {
  const { refreshToken, ...token } = await signIn(
    'USER_PASSWORD_AUTH',
    { USERNAME: email, PASSWORD: password },
    refusal,
  );
  if (!refreshToken) throw new Error('the user pool gave no refresh token');
  await ensureProfile(token.accessToken, remainingMs);
  return { status: 200, body: { ...token, refreshToken } };
};

/**
 * Makes the profile of a person who has none: it is where emails find their address, and this the moment at which no
 * right to read other people's accounts is needed. Signing in does not depend on it; a later one tries again. Who is
 * being deleted gets the answer of an account that is not there.
 */
async function ensureProfile(accessToken: string, remainingMs: () => number): Promise<void> {
  try {
    const login = loginOfToken(accessToken);
    const [profile] = await Promise.all([getProfile(login.userId), requireAccess(login)]);
    if (!profile) await firstProfile({ userId: login.userId, accessToken, remainingMs });
  } catch (error) {
    if (isDomainError(error, 'unauthenticated')) throw refusal();
    logger.warn('no profile was made at sign-in', { reason: error instanceof Error ? error.name : typeof error });
  }
}
