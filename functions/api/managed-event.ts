import { notFound } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import { getEvent } from '../store/event-store.ts';
import type { Person, Principal } from './request.ts';

/** Who owns what the caller creates. */
export function organizerIdOf(caller: Person | Principal): string {
  return caller.kind === 'person' ? caller.userId : caller.callerId;
}

/**
 * An event that the caller may manage: organizers their own, IAM principals every one.
 *
 * @throws {DomainError} not-found, also for another organizer's event; busy
 */
export async function managedEvent(eventId: string, caller: Person | Principal): Promise<Event> {
  const event = await getEvent(eventId);
  const isTheirs = caller.kind === 'principal' || event?.organizerId === caller.userId;
  if (!event || !isTheirs) throw notFound();
  return event;
}
