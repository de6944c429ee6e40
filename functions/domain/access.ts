import { limits } from './limits.ts';
import type { Role } from './user.ts';

/** A sign-in of a person, and all tokens that come of it. */
export interface Login {
  userId: string;
  /**
   * `origin_jti` of its tokens, which stays the same over refreshes.
   * https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
   */
  loginId?: string | undefined;
  /** When the person gave the password; seconds since 1970. */
  authTime: number;
}

/** A role as a token names it. */
export interface ShownRole {
  role: Role;
  /** When the token was made; seconds since 1970. */
  issuedAt: number;
}

/** What is not let in any more of a person. Who has no such item is let in. */
export interface Access {
  /** Logins that were ended, with their `authTime`. */
  logins: Readonly<Record<string, number>>;
  /** Every login of that second or before has ended. */
  loginsBefore?: number;
  /** Roles that were taken away, and when; seconds since 1970. Tokens of that second or before may still name them. */
  endedRoles?: Readonly<Partial<Record<Role, number>>>;
  /** Since when the account is being deleted, or is gone; RFC 3339, UTC. */
  deletedAt?: string;
  revision: number;
}

export const openAccess: Access = { logins: {}, revision: 0 };

/** Why a login is not let in; undefined where it is. */
export function refusalOf(access: Access, { loginId, authTime }: Login): 'deleted' | 'ended' | undefined {
  if (access.deletedAt !== undefined) return 'deleted';
  if (access.loginsBefore !== undefined && authTime <= access.loginsBefore) return 'ended';
  return loginId !== undefined && Object.hasOwn(access.logins, loginId) ? 'ended' : undefined;
}

/** Whether a role was taken away since the token was made that names it. */
export function isOutdated({ endedRoles }: Access, { role, issuedAt }: ShownRole): boolean {
  const endedAt = endedRoles?.[role];
  return endedAt !== undefined && issuedAt <= endedAt;
}

/** When the last token of a login has expired, whatever was done with its refresh token; seconds since 1970. */
export const endOfLogin = (authTime: number): number => authTime + limits.loginSeconds;

/**
 * Ends a login. Those whose tokens have all expired are forgotten; of the others so many are kept that the item stays
 * small, and with one that is dropped everything older ends.
 *
 * @param nowSeconds since 1970
 */
export function withoutLogin(access: Access, { loginId, authTime }: Login, nowSeconds: number): Access {
  const all = Object.entries({ ...access.logins, ...(loginId !== undefined && { [loginId]: authTime }) })
    .filter(([, time]) => endOfLogin(time) > nowSeconds)
    .sort(([, one], [, other]) => other - one);
  const dropped = all.slice(limits.endedLogins).map(([, time]) => time);
  // A token that does not name its login cannot be told from the others of that second.
  const before = [...dropped, ...(loginId === undefined ? [authTime] : [])];
  const loginsBefore = before.length > 0 ? Math.max(access.loginsBefore ?? 0, ...before) : access.loginsBefore;
  return {
    ...access,
    logins: Object.fromEntries(all.slice(0, limits.endedLogins)),
    ...(loginsBefore !== undefined && { loginsBefore }),
    revision: access.revision + 1,
  };
}
