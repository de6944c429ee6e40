import type { PopularEvent, Range } from '../domain/analytics.ts';
import type { Event } from '../domain/event.ts';
import { limits } from '../domain/limits.ts';
import type { Figures } from '../domain/statistics.ts';
import { eventOf } from './event-store.ts';
import * as keys from './keys.ts';
import { getItem, getItems, queryItems } from './read.ts';
import { figuresOf, tierFiguresOf } from './statistics-store.ts';

/** Statistics of an event, or of all together where none is named, as far as the worker has come. */
export interface Statistics {
  total: Figures;
  /** Seats on sale; only of all together. */
  capacity: number;
  /** Only of an event. */
  tiers: Map<string, Figures>;
  /** Days of the range on which something changed. */
  days: Map<string, Figures>;
}

/** @throws {DomainError} busy */
export async function readStatistics(eventId: string | undefined, range: Range): Promise<Statistics> {
  const [item, days] = await Promise.all([getItem(keys.totalKey(eventId)), readDays(eventId, range)]);
  return {
    total: figuresOf(item),
    capacity: Number(item?.capacity ?? 0),
    tiers: tierFiguresOf(item),
    days,
  };
}

async function readDays(eventId: string | undefined, { from, to }: Range): Promise<Map<string, Figures>> {
  const days = new Map<string, Figures>();
  const { sk: first } = keys.dayKey(from, eventId);
  const { pk, sk: last } = keys.dayKey(to, eventId);
  let startKey: Record<string, unknown> | undefined;
  do {
    const { items, lastKey } = await queryItems({
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
      ExpressionAttributeValues: { ':pk': pk, ':first': first, ':last': last },
      ...(startKey && { ExclusiveStartKey: startKey }),
    });
    for (const item of items) days.set(keys.dayIn(String(item.sk)), figuresOf(item));
    startKey = lastKey;
  } while (startKey);
  return days;
}

/**
 * The events that have sold most, the first of them first.
 *
 * @param isWanted those that count; the index is read until there are enough, and to a bound
 * @throws {DomainError} busy
 */
export async function listPopular(
  isWanted: (event: Event) => boolean = () => true,
): Promise<{ event: Event; ticketsSold: number }[]> {
  const found: { event: Event; ticketsSold: number }[] = [];
  let startKey: Record<string, unknown> | undefined;
  for (let examined = 0; examined < limits.examinedPerPageItems; examined += limits.pageItems) {
    const { items, lastKey } = await queryItems({
      IndexName: keys.gsi1,
      KeyConditionExpression: 'gsi1pk = :pk',
      ExpressionAttributeValues: { ':pk': keys.popularEvents },
      Limit: limits.pageItems,
      ScanIndexForward: false,
      ...(startKey && { ExclusiveStartKey: startKey }),
    });
    const events = (await getItems(items.map((item) => keys.eventKey(String(item.eventId))))).map(eventOf);
    const byId = new Map(events.map((event) => [event.eventId, event]));
    for (const item of items) {
      const event = byId.get(String(item.eventId));
      const { sold, cancelled } = figuresOf(item);
      if (event && isWanted(event)) found.push({ event, ticketsSold: sold - cancelled });
      if (found.length === limits.popularEvents) return found;
    }
    if (!lastKey) return found;
    startKey = lastKey;
  }
  return found;
}

/** Of all events, also those that are over. @throws {DomainError} busy */
export async function listPopularOfAll(): Promise<PopularEvent[]> {
  const popular = await listPopular();
  return popular.map(({ event: { eventId, name }, ticketsSold }) => ({ eventId, name, ticketsSold }));
}
