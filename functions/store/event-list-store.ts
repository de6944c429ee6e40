import { invalid } from '../domain/errors.ts';
import type { Event, EventFilter, EventStatus } from '../domain/event.ts';
import { limits } from '../domain/limits.ts';
import { eventOf, searchable } from './event-store.ts';
import * as keys from './keys.ts';
import { getItems, queryItems } from './read.ts';

/** One page, and the position that the next one starts after. */
export interface Listing<Item> {
  items: Item[];
  position?: string;
}
export interface PageRequest {
  limit: number;
  /** Where the page before ended. */
  after?: string | undefined;
}

interface Examined<Item> {
  /** What passed the filters, each with its position, in order. */
  matches: { item: Item; position: string }[];
  /** The last position looked at; undefined at the end of the list. */
  lastPosition: string | undefined;
}

/**
 * Fills a page from a source that filters. It stops after `examinedPerPageItems` index items, so that a filter that
 * matches nothing cannot read the whole index; the page is then short and has a cursor.
 */
async function fillPage<Item>(
  { limit, after }: PageRequest,
  examine: (after: string | undefined, count: number) => Promise<Examined<Item>>,
): Promise<Listing<Item>> {
  const items: Item[] = [];
  let position = after;
  for (let examined = 0; examined < limits.examinedPerPageItems; ) {
    const count = items.length === 0 && examined === 0 ? limit : limits.pageItems;
    const { matches, lastPosition } = await examine(position, count);
    examined += count;
    for (const match of matches) {
      items.push(match.item);
      position = match.position;
      const isLastOfAll = lastPosition === undefined && match === matches.at(-1);
      if (items.length === limit) return isLastOfAll ? { items } : { items, position };
    }
    if (lastPosition === undefined) return { items };
    position = lastPosition;
  }
  return { items, ...(position !== undefined && { position }) };
}

/**
 * Published events, soonest first.
 *
 * @param from RFC 3339; events that start at or after
 * @throws {DomainError} busy
 */
export function listPublishedEvents(
  filter: Omit<EventFilter, 'from'> & { from: string },
  page: PageRequest,
): Promise<Listing<Event>> {
  const { conditions, names, values } = searchConditions(filter);
  // `#` follows the time in the sort key, so a bare time is below every event that starts then.
  const to = filter.to ?? '9999';
  return fillPage(page, async (after, count) => {
    // The clock, and with it `from`, may have passed the place where the page before ended.
    const start = after !== undefined && after > filter.from ? after : undefined;
    if (to <= (start ?? filter.from)) return { matches: [], lastPosition: undefined };
    const { items, lastKey } = await queryItems({
      IndexName: keys.gsi1,
      KeyConditionExpression: 'gsi1pk = :pk AND gsi1sk BETWEEN :from AND :to',
      ...(conditions.length > 0 && {
        FilterExpression: conditions.join(' AND '),
        ExpressionAttributeNames: names,
      }),
      ExpressionAttributeValues: {
        ':pk': keys.publishedEvents,
        ':from': filter.from,
        ':to': to,
        ...values,
      },
      Limit: count,
      ...(start && { ExclusiveStartKey: publishedEventPosition(start) }),
    });
    const events = items.map(eventOf);
    return {
      matches: events.map((item) => ({ item, position: keys.publishedEventSort(item) })),
      lastPosition: lastKey && String(lastKey.gsi1sk),
    };
  });
}

function publishedEventPosition(position: string) {
  const eventId = position.slice(position.indexOf('#') + 1);
  return { ...keys.eventKey(eventId), gsi1pk: keys.publishedEvents, gsi1sk: position };
}

function searchConditions({ q, category, city }: Pick<EventFilter, 'q' | 'category' | 'city'>) {
  const conditions: string[] = [];
  const names: Record<string, string> = { '#search': 'search' };
  const values: Record<string, string> = {};
  searchable(q ?? '')
    .split(/\s+/)
    .filter(Boolean)
    .slice(0, 10)
    .forEach((word, index) => {
      conditions.push(`contains(#search.#text, :word${index})`);
      names['#text'] = 'text';
      values[`:word${index}`] = word;
    });
  if (category !== undefined) {
    conditions.push('#search.#category = :category');
    names['#category'] = 'category';
    values[':category'] = searchable(category);
  }
  if (city !== undefined) {
    conditions.push('#search.#city = :city');
    names['#city'] = 'city';
    values[':city'] = searchable(city);
  }
  return { conditions, names, values };
}

/** Events of one organizer, newest first, drafts too. @throws {DomainError} busy */
export function listOwnedEvents(
  organizerId: string,
  status: EventStatus | undefined,
  page: PageRequest,
): Promise<Listing<Event>> {
  return listByOwnership(status, page, {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: {
      ':pk': keys.ownedEventKey(organizerId, '').pk,
      ':prefix': keys.ownedEventPrefix,
    },
    startKey: ({ eventId }) => keys.ownedEventKey(organizerId, eventId),
  });
}

/** Events of all organizers, newest first, drafts too. @throws {DomainError} busy */
export function listAllEvents(status: EventStatus | undefined, page: PageRequest): Promise<Listing<Event>> {
  return listByOwnership(status, page, {
    IndexName: keys.gsi1,
    KeyConditionExpression: 'gsi1pk = :pk',
    ExpressionAttributeValues: { ':pk': keys.allEvents },
    startKey: ({ organizerId, eventId }) => ({
      ...keys.ownedEventKey(organizerId, eventId),
      gsi1pk: keys.allEvents,
      gsi1sk: eventId,
    }),
  });
}

interface Ownership {
  organizerId: string;
  eventId: string;
}
interface OwnershipQuery {
  IndexName?: string;
  KeyConditionExpression: string;
  ExpressionAttributeValues: Record<string, string>;
  startKey: (ownership: Ownership) => keys.Key;
}

const positionOf = ({ organizerId, eventId }: Ownership): string => `${eventId} ${organizerId}`;

function ownershipAt(position: string): Ownership {
  const space = position.indexOf(' ');
  // The database takes no empty key.
  if (space < 1) throw invalid('cursor', 'is not a cursor of this list');
  return { eventId: position.slice(0, space), organizerId: position.slice(space + 1) };
}

function listByOwnership(
  status: EventStatus | undefined,
  page: PageRequest,
  { startKey, ...query }: OwnershipQuery,
): Promise<Listing<Event>> {
  return fillPage(page, async (after, count) => {
    const { items, lastKey } = await queryItems({
      ...query,
      Limit: count,
      ScanIndexForward: false,
      ...(after && { ExclusiveStartKey: startKey(ownershipAt(after)) }),
    });
    const owned = items as unknown as Ownership[];
    const events = (await getItems(owned.map(({ eventId }) => keys.eventKey(eventId)))).map(eventOf);
    const matches = owned.flatMap((ownership) => {
      const item = events.find(({ eventId }) => eventId === ownership.eventId);
      return item && (status === undefined || item.status === status)
        ? [{ item, position: positionOf(ownership) }]
        : [];
    });
    const last = owned.at(-1);
    return { matches, lastPosition: lastKey && last && positionOf(last) };
  });
}
