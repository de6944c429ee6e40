import type { Login } from '../domain/access.ts';

/**
 * The sign-in that an access token came of, from its claims: the gateway hands over text, the token itself has numbers.
 * A pool without token revocation names no origin; then each token is a login of its own.
 */
export function loginOf(claims: Readonly<Record<string, unknown>>): Pick<Login, 'loginId' | 'authTime'> {
  const loginId = [claims.origin_jti, claims.jti].find((id) => typeof id === 'string' && id !== '');
  const authTime = Number(claims.auth_time ?? claims.iat ?? 0);
  return { loginId: loginId as string | undefined, authTime: Number.isFinite(authTime) ? authTime : 0 };
}
