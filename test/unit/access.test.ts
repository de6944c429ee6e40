import { describe, expect, test } from 'vitest';
import {
  type Access,
  endOfLogin,
  isOutdated,
  openAccess,
  refusalOf,
  withoutLogin,
} from '../../functions/domain/access.ts';
import { limits } from '../../functions/domain/limits.ts';

const now = 1_800_000_000;
const login = (n: number, authTime = now - 1_000 + n) => ({ userId: 'ada', loginId: `login-${n}`, authTime });
const ended = (...logins: Parameters<typeof withoutLogin>[1][]): Access =>
  logins.reduce((access: Access, each) => withoutLogin(access, each, now), openAccess);

describe('a login', () => {
  test('is let in until it ends, and others of the same second still are', () => {
    expect(refusalOf(openAccess, login(1))).toBeUndefined();
    const access = ended(login(1));
    expect(refusalOf(access, login(1))).toBe('ended');
    expect(refusalOf(access, login(2, login(1).authTime))).toBeUndefined();
  });

  test('without a name ends together with all others up to its second', () => {
    const access = ended({ userId: 'ada', authTime: now });
    expect(refusalOf(access, login(1, now))).toBe('ended');
    expect(refusalOf(access, login(1, now + 1))).toBeUndefined();
  });

  test('of a person who is being deleted is refused, whichever it is', () => {
    expect(refusalOf({ ...openAccess, deletedAt: '2027-01-01T00:00:00.000Z' }, login(1, now + 99))).toBe('deleted');
  });

  test('that has ended stays so, however many end after it', () => {
    const all = Array.from({ length: 3 * limits.endedLogins }, (_, n) => login(n));
    const access = ended(...all);
    expect(Object.keys(access.logins)).toHaveLength(limits.endedLogins);
    for (const each of all) expect(refusalOf(access, each)).toBe('ended');
    expect(refusalOf(access, login(999, now))).toBeUndefined();
  });

  test('is forgotten when no token of it can be good any more, and not a second before', () => {
    const access = ended(login(1));
    const end = endOfLogin(login(1).authTime);
    expect(withoutLogin(access, login(2), end - 1).logins).toHaveProperty('login-1');
    expect(withoutLogin(access, login(2), end).logins).not.toHaveProperty('login-1');
  });

  test('keeps its role until it is taken away, and gets it again only with a later token', () => {
    const access: Access = { ...openAccess, endedRoles: { organizers: now } };
    const shown = (issuedAt: number) => ({ role: 'organizers', issuedAt }) as const;
    expect(isOutdated(openAccess, shown(now))).toBe(false);
    expect([now - 1, now, now + 1].map((issuedAt) => isOutdated(access, shown(issuedAt)))).toEqual([true, true, false]);
    expect(withoutLogin(access, login(1), now).endedRoles).toEqual({ organizers: now });
  });

  test('may have any name', () => {
    for (const loginId of ['__proto__', 'constructor', 'a.b', '#login']) {
      expect(refusalOf(openAccess, { ...login(1), loginId })).toBeUndefined();
      expect(refusalOf(ended({ ...login(1), loginId }), { ...login(1), loginId })).toBe('ended');
    }
  });
});
