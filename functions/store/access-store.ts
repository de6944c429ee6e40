import {
  type Access,
  endOfLogin,
  isOutdated,
  type Login,
  openAccess,
  refusalOf,
  type ShownRole,
  withoutLogin,
} from '../domain/access.ts';
import { DomainError } from '../domain/errors.ts';
import { limits } from '../domain/limits.ts';
import { Role } from '../domain/user.ts';
import { tableName } from './client.ts';
import { Memory } from './instance-memory.ts';
import * as keys from './keys.ts';
import { getItem } from './read.ts';
import { type Action, type Patience, transact } from './transact.ts';

type Refusal = NonNullable<ReturnType<typeof refusalOf>>;

/** A login that has ended stays so. */
const refusedLogins = new Memory<Refusal>(limits.refusedLoginMemoryMs);
const seenLogins = new Memory<true>(limits.seenLoginMemoryMs);
const nameOf = ({ userId, loginId, authTime }: Login): string => `${userId} ${loginId ?? ''} ${authTime}`;

export function noAccess(): DomainError<'unauthenticated'> {
  const detail = 'You have signed out, or the account of this token is gone. Sign in again.';
  return new DomainError('unauthenticated', detail, {});
}

function outdated(): DomainError<'unauthenticated'> {
  return new DomainError('unauthenticated', 'Your roles have changed. Refresh your tokens.', {});
}

/** Strongly consistent. The item may hold counters too. @throws {DomainError} busy */
export async function getAccess(userId: string): Promise<Access> {
  return { ...openAccess, ...((await getItem(keys.accessKey(userId))) as Partial<Access> | undefined) };
}

interface AccessOptions {
  /**
   * `remembered`: what this instance saw of the login within the last seconds will do, for an answer that everybody gets
   * and that changes nothing. `deleted`: who is being deleted is let in.
   */
  lenient?: 'remembered' | 'deleted';
  /** The role without which the person may not do it. */
  shown?: ShownRole | undefined;
}

/**
 * Refuses a login that has ended, a role that was taken away, and a person whose account is gone or about to go.
 *
 * @throws {DomainError} unauthenticated, busy
 */
export async function requireAccess(login: Login, { lenient, shown }: AccessOptions = {}): Promise<void> {
  const name = nameOf(login);
  let refusal = refusedLogins.get(name);
  if (refusal === undefined) {
    if (lenient === 'remembered' && seenLogins.get(name)) return;
    const access = await getAccess(login.userId);
    refusal = refusalOf(access, login);
    if (refusal === undefined) seenLogins.set(name, true);
    else refusedLogins.set(name, refusal);
    if (refusal === undefined && shown && isOutdated(access, shown)) throw outdated();
  }
  if (refusal !== undefined && !(lenient === 'deleted' && refusal === 'deleted')) throw noAccess();
}

/** What the item of `accessKey` has to be like while the login is let in; none at all is fine. */
function letsIn({ loginId, authTime }: Login) {
  return {
    ConditionExpression: [
      'attribute_not_exists(deletedAt)',
      '(attribute_not_exists(loginsBefore) OR loginsBefore < :authTime)',
      ...(loginId === undefined ? [] : ['attribute_not_exists(logins.#login)']),
    ].join(' AND '),
    ...(loginId !== undefined && { ExpressionAttributeNames: { '#login': loginId } }),
    ExpressionAttributeValues: { ':authTime': authTime },
  };
}

/** As `requireAccess`, for a transaction: it commits nothing for a login that has ended. */
export function checkAccess(login: Login): Action<'access'> {
  return {
    name: 'access',
    item: { ConditionCheck: { TableName: tableName(), Key: keys.accessKey(login.userId), ...letsIn(login) } },
  };
}

/** For a transaction that must leave nothing behind of a person who is being deleted. */
export function checkNotDeleted(userId: string): Action<'access'> {
  return {
    name: 'access',
    item: {
      ConditionCheck: {
        TableName: tableName(),
        Key: keys.accessKey(userId),
        ConditionExpression: 'attribute_not_exists(deletedAt)',
      },
    },
  };
}

/** No token of the login is let in from the commit on. @throws {DomainError} busy */
export async function endLogin(login: Login, patience: Patience): Promise<void> {
  for (;;) {
    const before = await getAccess(login.userId);
    // Nobody at all is let in.
    if (before.deletedAt !== undefined) return;
    const after = withoutLogin(before, login, Math.floor(Date.now() / 1_000));
    if ((await transact([changeAccess(login, before, after)], patience)).size === 0) break;
    patience.mustLast('logins of this person keep ending');
  }
  refusedLogins.set(nameOf(login), 'ended');
}

/** Only what is about logins: the item may have counters too, which others write meanwhile. */
function changeAccess({ userId, authTime }: Login, before: Access, after: Access): Action<'access'> {
  const { logins, loginsBefore, endedRoles = {}, revision } = after;
  const lastTime = Math.max(authTime, loginsBefore ?? 0, ...Object.values(logins), ...Object.values(endedRoles));
  return {
    name: 'access',
    item: {
      Update: {
        TableName: tableName(),
        Key: keys.accessKey(userId),
        UpdateExpression: [
          'SET logins = :logins, revision = :revision, expiresAt = :expiresAt',
          ...(loginsBefore === undefined ? [] : ['loginsBefore = :before']),
        ].join(', '),
        ConditionExpression: before.revision === 0 ? 'attribute_not_exists(revision)' : 'revision = :read',
        ExpressionAttributeValues: {
          ':logins': logins,
          ':revision': revision,
          ':expiresAt': endOfLogin(lastTime),
          ...(loginsBefore !== undefined && { ':before': loginsBefore }),
          ...(before.revision > 0 && { ':read': before.revision }),
        },
      },
    },
  };
}

/**
 * From the commit on no token that was made before, to the second, is good for a role that the person has no more.
 *
 * @param roles those that are left, in the user pool already
 * @throws {DomainError} busy
 */
export async function endRoles(userId: string, roles: readonly Role[], patience: Patience): Promise<void> {
  const nowSeconds = Math.floor(Date.now() / 1_000);
  const ended = Role.options.filter((role) => !roles.includes(role)).map((role) => [role, nowSeconds] as const);
  const change: Action<'access'> = {
    name: 'access',
    item: {
      Update: {
        TableName: tableName(),
        Key: keys.accessKey(userId),
        // The revision tells who is about to end a login that the item is to stay longer.
        UpdateExpression: 'SET endedRoles = :ended, expiresAt = :expiresAt ADD revision :one',
        // Who is being deleted is not let in at all, and that item stays.
        ConditionExpression: 'attribute_not_exists(deletedAt)',
        ExpressionAttributeValues: {
          ':ended': Object.fromEntries(ended),
          ':expiresAt': endOfLogin(nowSeconds),
          ':one': 1,
        },
      },
    },
  };
  await transact([change], patience);
}
