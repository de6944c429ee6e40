import { listPopularEventsText } from './analytics-texts.ts';
import type { TextsOf } from './operation-texts.ts';
import { cursor, event, eventId } from './values.ts';

export const catalogTexts: TextsOf<'catalog'> = {
  listEvents: {
    summary: 'Browse upcoming events',
    description:
      'Published events, soonest first, a page at a time. Filters are combined: an event must fit all of them. ' +
      'Without `from` only events that have not begun are listed. ' +
      '`available` of a tier is never older than two seconds and promises nothing: only a booking takes seats. ' +
      'The answer may be cached for a second; send its ETag as `If-None-Match` to learn cheaply that nothing changed.',
    query: {
      limit: 20,
      cursor,
      q: 'jazz',
      category: 'music',
      city: 'Hamburg',
      from: '2027-06-01T00:00:00Z',
      to: '2027-07-01T00:00:00Z',
    },
    answers: {
      200: {
        description: 'A page of events; `nextCursor` is there as long as more follow.',
        example: { items: [event], nextCursor: cursor },
      },
    },
  },
  listPopularEvents: listPopularEventsText,
  getEvent: {
    summary: 'Read one event',
    description:
      'An event with its tiers, prices and what is left of them. A draft is `not-found`. ' +
      'The answer may be cached for a second; send its ETag as `If-None-Match` to learn cheaply that nothing changed.',
    params: { eventId },
    answers: { 200: { description: 'The event.', example: event } },
  },
};
