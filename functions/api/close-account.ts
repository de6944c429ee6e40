import { DomainError } from '../domain/errors.ts';
import { isToCome } from '../domain/sale.ts';
import { findDeletion, requestDeletion } from '../store/deletion-store.ts';
import { listOwnedEvents } from '../store/event-list-store.ts';
import { Patience } from '../store/transact.ts';

interface Closing {
  userId: string;
  by: 'person' | 'administrator';
  /** Throws where there is no such account. */
  checkExists?: () => Promise<unknown>;
  remainingMs: () => number;
}

/**
 * Closes an account for good. One that is closed already is the state asked for.
 *
 * @throws {DomainError} invalid-state for an organizer with events to come: only they can tell whether buyers are to lose
 *   their tickets, and no account should go with a click that takes 10,000 bookings along; busy
 */
export async function closeAccount({ userId, by, checkExists, remainingMs }: Closing): Promise<void> {
  if (await findDeletion(userId)) return;
  await checkExists?.();
  if (await hasEventsToCome(userId)) {
    const detail = 'There are published events to come. Cancel them first, so that their buyers are told.';
    throw new DomainError('invalid-state', detail, { state: 'PUBLISHED' });
  }
  const requestedAt = new Date().toISOString();
  await requestDeletion({ userId, requestedAt, by }, new Patience(remainingMs));
}

async function hasEventsToCome(userId: string): Promise<boolean> {
  const now = new Date().toISOString();
  let after: string | undefined;
  do {
    const { items, position } = await listOwnedEvents(userId, 'PUBLISHED', { limit: 100, after });
    if (items.some((event) => isToCome(event, now))) return true;
    after = position;
  } while (after !== undefined);
  return false;
}
