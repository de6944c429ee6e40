import { isDomainError } from '../domain/errors.ts';
import { cancelEvent as cancelled } from '../domain/event-change.ts';
import { eventETag } from '../shared/etag.ts';
import { viewEvent } from '../store/availability-store.ts';
import { updateEvent } from '../store/event-store.ts';
import { Patience } from '../store/transact.ts';
import { managedEvent } from './managed-event.ts';
import type { RequestOf, ResponseOf } from './request.ts';

/**
 * Cancels an event: no booking, confirmation or place in a waitlist is made from the answer on. Workers cancel what
 * there is and tell everybody.
 */
export async function cancelEvent(
  request: RequestOf<'cancelEvent'> | RequestOf<'cancelEventAsAdmin'>,
): Promise<ResponseOf<'cancelEvent'>> {
  const { params, caller, requestId, remainingMs } = request;
  const patience = new Patience(remainingMs);
  for (;;) {
    const event = await managedEvent(params.eventId, caller);
    if (event.status === 'CANCELLED') {
      const view = await viewEvent(event);
      return { status: 202, body: view, headers: { etag: eventETag(view) } };
    }
    const change = cancelled(event, { changeId: requestId, now: new Date().toISOString() });
    try {
      await updateEvent(change, event.version, remainingMs);
    } catch (error) {
      // Somebody changed or cancelled it meanwhile: that takes nothing away from the wish to cancel it.
      if (!isDomainError(error, 'precondition-failed')) throw error;
      patience.mustLast('the event keeps changing');
    }
  }
}
