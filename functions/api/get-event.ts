import { notFound } from '../domain/errors.ts';
import { eventETag } from '../shared/etag.ts';
import { viewEvent } from '../store/availability-store.ts';
import { getEvent as readEvent } from '../store/event-store.ts';
import type { Handler } from './request.ts';

/** An event that was published; a draft is not found. */
export const getEvent: Handler<'getEvent'> = async ({ params }) => {
  const event = await readEvent(params.eventId);
  if (!event || event.status === 'DRAFT') throw notFound();
  const body = await viewEvent(event);
  return { status: 200, body, headers: { etag: eventETag(body) } };
};
