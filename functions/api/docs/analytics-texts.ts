import type { Contract } from '../contract.ts';
import type { Side } from './event-management-texts.ts';
import type { OperationText } from './operation-text.ts';
import { event, eventId } from './values.ts';

const range = { from: '2027-02-01', to: '2027-02-02' };
const rangeWords = {
  from: 'First day, in UTC. Default: 30 days up to `to`.',
  to: 'Last day, in UTC. Default: today.',
};
const revenue = [{ currency: 'EUR', amount: 1_778_700 }];
const totals = {
  bookings: 160,
  ticketsSold: 363,
  ticketsCancelled: 12,
  cancellationRate: 0.032,
  utilization: 0.6722,
  revenue,
};
const daily = [
  {
    date: '2027-02-01',
    bookings: 158,
    ticketsSold: 371,
    ticketsCancelled: 12,
    revenue: [{ currency: 'EUR', amount: 1_759_100 }],
  },
  {
    date: '2027-02-02',
    bookings: 2,
    ticketsSold: 4,
    ticketsCancelled: 0,
    revenue: [{ currency: 'EUR', amount: 19_600 }],
  },
];
const meaning =
  'Totals are those of all time: `ticketsSold` leaves out what was cancelled. A row of `daily` tells what happened on ' +
  'that day in UTC, there is one for each day of the range, and it has at most 366. ' +
  'Numbers follow a booking within seconds, and are exact as soon as they have caught up.';

export const getEventAnalyticsText = (side: Side): OperationText<Contract['getEventAnalytics']> => ({
  summary: `Read the numbers of ${side.one}`,
  description: `What the event has sold: so far, by tier and by day. ${meaning}${side.foreign}`,
  params: { eventId },
  query: range,
  parameters: rangeWords,
  answers: {
    200: {
      description: 'The numbers.',
      example: {
        eventId,
        totals,
        daily,
        tiers: event.tiers.map(({ tierId, name, capacity }) => ({ tierId, name, capacity, ...totals })),
      },
    },
  },
});

export const getAnalyticsText: OperationText<Contract['getAnalytics']> = {
  summary: 'Read the numbers of all events',
  description:
    `What all events together have sold: so far and by day, and the ten that sold most. ${meaning} ` +
    '`utilization` is the share of the seats of all published events.',
  query: range,
  parameters: rangeWords,
  answers: {
    200: {
      description: 'The numbers.',
      example: { totals, daily, popularEvents: [{ eventId, name: event.name, ticketsSold: 363 }] },
    },
  },
};

export const listPopularEventsText: OperationText<Contract['listPopularEvents']> = {
  summary: 'Browse popular events',
  description:
    'The ten published events that have sold most and have not begun, the most popular one first. ' +
    'The answer may be cached for a second; send its ETag as `If-None-Match` to learn cheaply that nothing changed.',
  answers: { 200: { description: 'The events.', example: { items: [event] } } },
};
