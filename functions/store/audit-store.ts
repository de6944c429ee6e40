import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { AuditEntry, actorOf, actorText, ordered } from '../domain/audit.ts';
import { inOrder } from '../domain/common.ts';
import type { AuditedChange } from './audit-record.ts';
import { documents, tableName } from './client.ts';
import { getEvent } from './event-store.ts';
import * as keys from './keys.ts';
import { getItem, persistently, queryItems } from './read.ts';
import type { Item, Patience } from './transact.ts';

/**
 * Adds a change to the audit trail, once however often it is told: the key follows from the change, and an entry that is
 * there is never written again.
 *
 * @throws {DomainError} busy
 */
export async function appendToTrail(change: AuditedChange, patience: Patience): Promise<void> {
  const command = new PutCommand({
    TableName: tableName(),
    Item: await itemOf(change),
    ConditionExpression: 'attribute_not_exists(pk)',
  });
  try {
    await persistently(() => documents.send(command), patience);
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}

async function itemOf({ entry: told, sequence, partition }: AuditedChange): Promise<Item> {
  const isDeletion = told.kind === 'event' && told.change === 'removed' && told.eventId !== undefined;
  const entry = isDeletion ? { ...told, ...(await deletionOf(String(told.eventId))) } : told;
  const { by, ...rest } = entry;
  const key = keys.auditKey(entry.entity, entry.at, sequence);
  return {
    ...key,
    ...(partition !== undefined && { gsi1pk: keys.auditedBookings(String(entry.eventId), partition), gsi1sk: key.sk }),
    ...rest,
    ...(by && { by: actorText(by) }),
  };
}

/** Who deleted an event, and when: the stream tells the time in whole seconds only. @throws {DomainError} busy */
async function deletionOf(eventId: string): Promise<Partial<Pick<AuditEntry, 'by' | 'at'>>> {
  const item = await getItem(keys.deletedEventKey(eventId));
  const by = actorOf(item?.changedBy);
  return { ...(by && { by }), ...(item && { at: String(item.deletedAt) }) };
}

function entryOf(item: Item): AuditEntry {
  const { by: text, before, after } = item;
  const by = text === undefined ? undefined : actorOf(text);
  const values = { by, before: ordered(before), after: ordered(after) };
  return inOrder(AuditEntry.shape, { ...item, ...values } as unknown as AuditEntry);
}

export interface TrailPage {
  items: AuditEntry[];
  /** Where the rest begins; undefined after the oldest entry. */
  position?: string;
}

/**
 * The audit trail of an event with its waitlists and bookings, of a booking, or of a person's roles and account; newest
 * first. Who changes something right now may not stand there yet.
 *
 * @param after what the page before ended with
 * @throws {DomainError} busy
 */
export async function listTrail(
  entity: string,
  { limit, after }: { limit: number; after: string | undefined },
): Promise<TrailPage> {
  const partitions = entity.startsWith('evt_') ? ((await getEvent(entity))?.bookingPartitions ?? 0) : 0;
  const own = readTrail({ index: false, partition: keys.auditTrail(entity), limit, after });
  const ofBookings = Array.from({ length: partitions }, (_, n) =>
    readTrail({ index: true, partition: keys.auditedBookings(entity, n), limit, after }),
  );
  const read = (await Promise.all([own, ...ofBookings])).flat();
  const found = read.sort((a, b) => (String(a.sk) < String(b.sk) ? 1 : -1));
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return { items: page.map(entryOf), ...(last && page.length === limit && { position: String(last.sk) }) };
}

async function readTrail(wanted: {
  index: boolean;
  partition: string;
  limit: number;
  after: string | undefined;
}): Promise<Item[]> {
  const [pk, sk] = wanted.index ? ['gsi1pk', 'gsi1sk'] : ['pk', 'sk'];
  const { after, limit } = wanted;
  const items: Item[] = [];
  let startKey: Record<string, unknown> | undefined;
  do {
    const { items: found, lastKey } = await queryItems({
      ...(wanted.index ? { IndexName: keys.gsi1 } : { ConsistentRead: true }),
      KeyConditionExpression: after === undefined ? `${pk} = :pk` : `${pk} = :pk AND ${sk} < :after`,
      ExpressionAttributeValues: { ':pk': wanted.partition, ...(after !== undefined && { ':after': after }) },
      ScanIndexForward: false,
      Limit: limit - items.length,
      ...(startKey && { ExclusiveStartKey: startKey }),
    });
    items.push(...found.filter(isEntry));
    startKey = lastKey;
  } while (startKey && items.length < limit);
  return items;
}

/** In the index any item may stand; who may write an entry is decided by the partition of the table. */
function isEntry({ pk }: Item): boolean {
  return String(pk).startsWith(keys.auditTrail(''));
}
