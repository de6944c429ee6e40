import { getEvent } from '../api/get-event.ts';
import { listEvents } from '../api/list-events.ts';
import { listPopularEvents } from '../api/list-popular-events.ts';
import { httpHandler } from '../shared/http-handler.ts';

export const handler = httpHandler('catalog', {
  listEvents,
  listPopularEvents,
  getEvent,
});
