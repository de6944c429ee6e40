import { DomainError, isDomainError } from '../domain/errors.ts';
import { loginOfToken, signIn } from '../shared/identity-tokens.ts';
import { logger } from '../shared/logger.ts';
import { requireAccess } from '../store/access-store.ts';
import type { Handler } from './request.ts';

const refusal = () => new DomainError('unauthenticated', 'The refresh token is wrong, expired or revoked.', {});

export const refresh: Handler<'refresh'> = async ({ body: { refreshToken } }) => {
  const { accessToken, expiresIn, tokenType } = await signIn(
    'REFRESH_TOKEN_AUTH',
    { REFRESH_TOKEN: refreshToken },
    refusal,
  );
  await checkLogin(accessToken);
  return { status: 200, body: { accessToken, expiresIn, tokenType } };
};

/**
 * A login that has ended gets no tokens, whichever refresh token its logout had revoked. They would be refused everywhere
 * anyway, so getting them does not depend on the table.
 */
async function checkLogin(accessToken: string): Promise<void> {
  try {
    await requireAccess(loginOfToken(accessToken));
  } catch (error) {
    if (isDomainError(error, 'unauthenticated')) throw refusal();
    logger.warn('a login was not checked', { reason: error instanceof Error ? error.name : typeof error });
  }
}
