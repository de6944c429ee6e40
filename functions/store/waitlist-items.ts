import {
  blockOf,
  type Passing,
  type Place,
  type Waiting,
  type Waitlist,
  type WaitlistEntry,
} from '../domain/waitlist.ts';
import { tableName } from './client.ts';
import type { TierRef } from './inventory-store.ts';
import * as keys from './keys.ts';
import { getItem, queryItems } from './read.ts';
import type { Action, Item } from './transact.ts';

/** Attributes of the waitlist item that are there once for each quantity or block of numbers. */
const perQuantity = 'waiting#';
const perBlock = 'block#';
const passedPrefix = 'passed#';

function withoutKeys(item: Item): Item {
  const { pk: _pk, sk: _sk, ...rest } = item;
  return rest;
}
export const entryOf = (item: Item): WaitlistEntry => withoutKeys(item) as unknown as WaitlistEntry;
export const placeOf = (item: Item): Place => withoutKeys(item) as unknown as Place;
export const waitingOf = (item: Item): Waiting => withoutKeys(item) as unknown as Waiting;

export function waitlistOf(item: Item): Waitlist {
  const numbered = <Value>(prefix: string) =>
    new Map(
      Object.entries(item)
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, value]) => [Number(name.slice(prefix.length)), value as Value]),
    );
  return {
    waiting: Number(item.waiting),
    nextSeq: Number(item.nextSeq),
    byQuantity: numbered<number>(perQuantity),
    byBlock: numbered<number>(perBlock),
    passed: numbered<Passing>(passedPrefix),
    ...(item.leftOver !== undefined && { leftOver: item.leftOver as { available: number; at: string } }),
    ...(item.again !== undefined && { again: String(item.again) }),
  };
}

/** Undefined where nobody ever waited. @throws {DomainError} busy */
export async function getWaitlist({ eventId, tierId }: TierRef): Promise<Waitlist | undefined> {
  const item = await getItem(keys.waitlistKey(eventId, tierId));
  return item && waitlistOf(item);
}

/** Those who wait, by quantity and then in order; or those for one quantity. @throws {DomainError} busy */
export async function listWaiting(ref: TierRef, limit: number, quantity?: number): Promise<Waiting[]> {
  const { items } = await queryItems({
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: {
      ':pk': keys.tierKey(ref.eventId, ref.tierId),
      ':prefix': quantity === undefined ? keys.waitingPrefix : keys.waitingForPrefix(quantity),
    },
    Limit: limit,
    ConsistentRead: true,
  });
  return items.map(waitingOf);
}

/** The first in line for each quantity that somebody waits for: one small read each. @throws {DomainError} busy */
export async function firstsInLine(ref: TierRef, list: Waitlist): Promise<Map<number, Waiting>> {
  const quantities = [...list.byQuantity].filter(([, count]) => count > 0).map(([quantity]) => quantity);
  const firsts = await Promise.all(quantities.map((quantity) => listWaiting(ref, 1, quantity)));
  return new Map(firsts.flat().map((first) => [first.quantity, first]));
}

/** An entry, with its item in the line. */
export function putEntry(entry: WaitlistEntry): Action<'entry' | 'line'>[] {
  const { eventId, tierId, quantity, seq } = entry;
  const { eventName: _name, status: _status, updatedAt: _updatedAt, ...waiting } = entry;
  const put = (name: 'entry' | 'line', item: Item): Action<'entry' | 'line'> => ({
    name,
    item: { Put: { TableName: tableName(), Item: item, ConditionExpression: 'attribute_not_exists(pk)' } },
  });
  return [
    put('entry', { ...keys.waitlistEntryKey(eventId, tierId, seq), ...entry }),
    put('line', { ...keys.waitingKey(eventId, tierId, quantity, seq), ...waiting }),
  ];
}

/** A place that the person does not have yet; one that closed on them does not count. */
export function putPlace(place: Place): Action<'place'> {
  return {
    name: 'place',
    item: {
      Put: {
        TableName: tableName(),
        Item: { ...keys.waitlistPlaceKey(place.userId, place.eventId, place.tierId), ...place },
        ConditionExpression: 'attribute_not_exists(pk) OR #status <> :waiting',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':waiting': 'WAITING' },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    },
  };
}

/** How an entry ends; the attributes are added to it. */
export type Ending =
  | { status: 'PROMOTED'; updatedAt: string; bookingId: string }
  | { status: 'LEFT'; updatedAt: string }
  | { status: 'CLOSED'; updatedAt: string; eventCancelledAt?: string };

/** Ends an entry that waits: it leaves the line, and the person's place goes, or stays as a closed one. */
export function endEntry(
  waiting: Waiting,
  { status, updatedAt, ...more }: Ending,
): Action<'entry' | 'line' | 'place'>[] {
  const { eventId, tierId, userId, quantity, seq } = waiting;
  const place = keys.waitlistPlaceKey(userId, eventId, tierId);
  const added = Object.entries(more).filter(([, value]) => value !== undefined);
  return [
    {
      name: 'entry',
      item: {
        Update: {
          TableName: tableName(),
          Key: keys.waitlistEntryKey(eventId, tierId, seq),
          UpdateExpression: `SET #status = :status, updatedAt = :now${added.map(([name]) => `, ${name} = :${name}`).join('')}`,
          ConditionExpression: '#status = :waiting',
          ExpressionAttributeNames: { '#status': 'status' },
          ExpressionAttributeValues: {
            ':status': status,
            ':now': updatedAt,
            ':waiting': 'WAITING',
            ...Object.fromEntries(added.map(([name, value]) => [`:${name}`, value])),
          },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        },
      },
    },
    {
      name: 'line',
      item: { Delete: { TableName: tableName(), Key: keys.waitingKey(eventId, tierId, quantity, seq) } },
    },
    {
      name: 'place',
      item:
        status === 'CLOSED'
          ? {
              Update: {
                TableName: tableName(),
                Key: place,
                UpdateExpression: 'SET #status = :status',
                ConditionExpression: 'seq = :seq',
                ExpressionAttributeNames: { '#status': 'status' },
                ExpressionAttributeValues: { ':status': status, ':seq': seq },
              },
            }
          : {
              Delete: {
                TableName: tableName(),
                Key: place,
                ConditionExpression: 'seq = :seq',
                ExpressionAttributeValues: { ':seq': seq },
              },
            },
    },
  ];
}

type WaitlistAction = Action<'waitlist'>;

/**
 * One more in line, if the list still is as it was read. `again`: for somebody whom seats that are left over fit. What
 * is left over belongs to the condition: the worker may note it between reading and joining, and would not look again.
 */
export function countJoined(list: Waitlist, joined: Waiting, again: boolean): WaitlistAction {
  const { eventId, tierId, quantity, seq } = joined;
  const isNew = list.nextSeq === 1;
  const isFirst = list.waiting === 0;
  const asRead = [
    'nextSeq = :seq',
    'waiting = :waiting',
    list.leftOver ? 'leftOver.available = :left' : 'attribute_not_exists(leftOver)',
  ].join(' AND ');
  return {
    name: 'waitlist',
    item: {
      Update: {
        TableName: tableName(),
        Key: keys.waitlistKey(eventId, tierId),
        UpdateExpression:
          'SET eventId = :eventId, tierId = :tierId, tierKey = :tierKey, nextSeq = :next' +
          `${again ? ', again = :again' : ''} ADD waiting :one, #quantity :one, #block :one` +
          (isFirst ? ' REMOVE leftOver, again' : ''),
        ConditionExpression: isNew ? 'attribute_not_exists(pk)' : asRead,
        ExpressionAttributeNames: { '#quantity': `${perQuantity}${quantity}`, '#block': `${perBlock}${blockOf(seq)}` },
        ExpressionAttributeValues: {
          ':eventId': eventId,
          ':tierId': tierId,
          ':tierKey': keys.tierKey(eventId, tierId),
          ':next': seq + 1,
          ':one': 1,
          ...(again && { ':again': joined.joinedAt }),
          ...(!isNew && { ':seq': list.nextSeq, ':waiting': list.waiting }),
          ...(!isNew && list.leftOver && { ':left': list.leftOver.available }),
        },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    },
  };
}

/**
 * Takes those off the list who wait no longer.
 *
 * @param passed where the seats went to somebody: who was passed over for it. Then nothing is left over as far as is
 *   known, and the worker is at work already.
 */
export function countEnded(
  ref: TierRef,
  ended: readonly Waiting[],
  passed?: ReadonlyMap<number, Passing>,
): WaitlistAction {
  const less = new Map<string, number>();
  for (const { quantity, seq } of ended) {
    for (const name of ['waiting', `${perQuantity}${quantity}`, `${perBlock}${blockOf(seq)}`]) {
      less.set(name, (less.get(name) ?? 0) - 1);
    }
  }
  const counts = [...less].map(([name, amount], n) => ({ name, amount, n }));
  const passings = [...(passed ?? [])].map(([quantity, passing], n) => ({
    name: `${passedPrefix}${quantity}`,
    passing,
    n,
  }));
  return {
    name: 'waitlist',
    item: {
      Update: {
        TableName: tableName(),
        Key: keys.waitlistKey(ref.eventId, ref.tierId),
        UpdateExpression: [
          ...(passings.length > 0 ? [`SET ${passings.map(({ n }) => `#p${n} = :p${n}`).join(', ')}`] : []),
          `ADD ${counts.map(({ n }) => `#c${n} :c${n}`).join(', ')}`,
          ...(passed ? ['REMOVE leftOver, again'] : []),
        ].join(' '),
        ConditionExpression: 'waiting >= :ended',
        ExpressionAttributeNames: Object.fromEntries([
          ...counts.map(({ name, n }) => [`#c${n}`, name]),
          ...passings.map(({ name, n }) => [`#p${n}`, name]),
        ]),
        ExpressionAttributeValues: {
          ...Object.fromEntries(counts.map(({ amount, n }) => [`:c${n}`, amount])),
          ...Object.fromEntries(passings.map(({ passing, n }) => [`:p${n}`, passing])),
          ':ended': ended.length,
        },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    },
  };
}

/** Notes what is left over for nobody, if nobody joined since the list was read. */
export function noteLeftOver(ref: TierRef, list: Waitlist, leftOver: Waitlist['leftOver']): WaitlistAction {
  return {
    name: 'waitlist',
    item: {
      Update: {
        TableName: tableName(),
        Key: keys.waitlistKey(ref.eventId, ref.tierId),
        UpdateExpression: leftOver ? 'SET leftOver = :leftOver REMOVE again' : 'REMOVE leftOver, again',
        ConditionExpression: 'nextSeq = :nextSeq',
        ExpressionAttributeValues: { ':nextSeq': list.nextSeq, ...(leftOver && { ':leftOver': leftOver }) },
      },
    },
  };
}

/** Has the worker come back to a line that is not empty: the change of this item is its message. */
export function askAgain(ref: TierRef, now: string): WaitlistAction {
  return {
    name: 'waitlist',
    item: {
      Update: {
        TableName: tableName(),
        Key: keys.waitlistKey(ref.eventId, ref.tierId),
        UpdateExpression: 'SET again = :now',
        ConditionExpression: 'waiting > :none',
        ExpressionAttributeValues: { ':now': now, ':none': 0 },
      },
    },
  };
}

export function checkNobodyWaits(ref: TierRef): WaitlistAction {
  return {
    name: 'waitlist',
    item: {
      ConditionCheck: {
        TableName: tableName(),
        Key: keys.waitlistKey(ref.eventId, ref.tierId),
        ConditionExpression: 'attribute_not_exists(pk) OR waiting = :none',
        ExpressionAttributeValues: { ':none': 0 },
      },
    },
  };
}
