import type { Seen } from '../history/people.ts';
import type { Change, Commit, Item } from './commits.ts';
import type { Finding } from './finding.ts';

/** The commit with which the deletion of a person was asked for. */
export interface Deletion {
  /** Commits up to it. */
  readonly index: number;
  readonly at: number;
}

/** By the id of the person. */
export type Deletions = ReadonlyMap<string, Deletion>;

const personal = /^USER#([^ ]+) \/ (.+)$/;

export function deletionsOf(commits: readonly Commit[]): Deletions {
  const found = new Map<string, Deletion>();
  for (const [n, { changes, at }] of commits.entries()) {
    for (const { key, before } of changes) {
      const [, userId = '', sk] = personal.exec(key) ?? [];
      if (sk === 'DELETION' && !before) found.set(userId, { index: n + 1, at });
    }
  }
  return found;
}

/**
 * From the commit of a deletion on nothing is made for the person, whatever was under way, and what they send changes
 * nothing. Only from a line somebody may still be promoted until the worker has left it for them.
 *
 * @param index of the commit
 */
export function keptOutFaults({ changes, origin }: Commit, index: number, deletions: Deletions): Finding[] {
  return changes.flatMap((change) => {
    const { key, before, after } = change;
    const [, owner, sk] = personal.exec(key) ?? [];
    const deletion = deletions.get(owner ?? String((after ?? before)?.userId));
    if (!deletion || index <= deletion.index) return [];
    const isOwn = owner !== undefined && sk !== 'DELETION#RUN' && after?.promoted !== true;
    const message =
      !before && isOwn
        ? `${key} is made for a person who is being deleted`
        : origin.startedAt > deletion.at && isStepOfTheirs(change, origin.name)
          ? `${key} becomes ${after?.status} by a request of a person who is being deleted`
          : undefined;
    return message === undefined ? [] : [{ rule: 'kept out', message }];
  });
}

/** Others only ever end their holds that are over. */
function isStepOfTheirs({ before, after }: Change, instance: string): boolean {
  return /^booking-\d+$/.test(instance) && before?.status !== after?.status && after?.status !== 'EXPIRED';
}

/** What is over stays as the organizer's books have it: who is deleted loses bookings to come alone. */
export function erasureFaults({ changes, origin }: Commit, items: ReadonlyMap<string, Item>): Finding[] {
  if (!/^delete-user-\d+$/.test(origin.name)) return [];
  return changes.flatMap(({ key, before, after }) => {
    if (before?.status !== 'CONFIRMED' || after?.status !== 'CANCELLED') return [];
    const { startsAt } = items.get(`EVENT#${after.eventId} / EVENT`) ?? {};
    if (String(startsAt) > new Date(origin.startedAt).toISOString()) return [];
    return [{ rule: 'deleted person', message: `${key} is cancelled though its event began at ${startsAt}` }];
  });
}

/**
 * For so long after a deletion an instance may know no better: it remembers a login that it saw for 3 s
 * (`seenLoginMemoryMs` of functions/domain/limits.ts), and what it saw had been on its way for 5 s at most.
 */
const rememberedMs = 8_000;

/** What a person is answered though they asked when their deletion was committed. */
export function unrefused(seen: readonly Seen[], deletions: Deletions): Finding[] {
  return seen.flatMap(({ request: { group, route, userId }, answer, sentAt, commits: [before] }) => {
    const deletion = group === 'admin' ? undefined : deletions.get(userId);
    if (!deletion || before < deletion.index || !answer || answer.status >= 500) return [];
    const code = answer.body.code ?? answer.status;
    const isRemembered = code === 'sold-out' && sentAt <= deletion.at + rememberedMs;
    if (code === 'unauthenticated' || isRemembered || route === 'DELETE /users/me') return [];
    return [{ rule: 'kept out', message: `${userId}, who is being deleted, was answered ${code} to ${route}` }];
  });
}

/** What may stay in the partition of a person who owns no event. */
const staying = /^(?:BOOKING#.*|ACCESS|DELETION|DELETION#RUN|INBOX)$/;

/** What is left at rest of people whose deletion was asked for; the ledger says more of what has to be gone by then. */
export function leftOvers(
  items: ReadonlyMap<string, Item>,
  deletions: Deletions,
  accounts: ReadonlySet<string>,
): Finding[] {
  const messages: string[] = [];
  for (const userId of deletions.keys()) {
    if (accounts.has(userId)) messages.push(`the user pool still knows ${userId}`);
    if (items.get(`USER#${userId} / DELETION`)?.doneAt === undefined) messages.push(`${userId} is never deleted`);
  }
  for (const [key, item] of items) {
    const [, owner, sk = ''] = personal.exec(key) ?? [];
    if (owner !== undefined && deletions.has(owner) && !staying.test(sk)) messages.push(`${key} is left`);
    if (!deletions.has(String(item.userId))) continue;
    if (item.status === 'WAITING') messages.push(`${key} still waits`);
    if (sk.startsWith('BOOKING#')) messages.push(...bookingFaults(key, item, items));
  }
  return messages.map((message) => ({ rule: 'deleted person', message }));
}

/** Of a booking that stays, the event had begun when its buyer was taken from it. */
function bookingFaults(key: string, booking: Item, items: ReadonlyMap<string, Item>): string[] {
  const { status, buyerErasedAt, idempotencyKey } = booking;
  const event = items.get(`EVENT#${booking.eventId} / EVENT`);
  const isToCome = status === 'CONFIRMED' && String(event?.startsAt) > String(buyerErasedAt);
  return [
    ...(buyerErasedAt === undefined || idempotencyKey !== undefined ? [`${key} still leads to its buyer`] : []),
    ...(status === 'HELD' || isToCome ? [`${key} is ${status} for nobody`] : []),
  ];
}
