import { itemBytes } from './item-size.ts';

type Item = Record<string, unknown>;

/** An item before and after a write; undefined where there was or is none. */
export interface Change {
  before: Item | undefined;
  after: Item | undefined;
}

const kilobytes = (item: Item | undefined, size: number): number =>
  Math.max(1, Math.ceil(item ? itemBytes(item) / size : 0));

/**
 * Write units of one action of TransactWriteItems by the rules that AWS documents: two for each KB of the larger image,
 * a refused one too, and one for each KB that is written to the index.
 *
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-capacity-handling
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations.Writes
 */
export function transactionUnits({ before, after }: Change): number {
  return 2 * Math.max(kilobytes(before, 1_024), kilobytes(after, 1_024)) + indexUnits({ before, after });
}

/** The same of PutItem, UpdateItem and DeleteItem: one unit for each KB. */
export function singleUnits({ before, after }: Change): number {
  return Math.max(kilobytes(before, 1_024), kilobytes(after, 1_024)) + indexUnits({ before, after });
}

function indexUnits({ before, after }: Change): number {
  const isListed = (item: Item | undefined) => item?.gsi1pk !== undefined;
  if (JSON.stringify(before) === JSON.stringify(after)) return 0;
  if (!isListed(before) && !isListed(after)) return 0;
  if (!isListed(before)) return kilobytes(after, 1_024);
  if (!isListed(after)) return kilobytes(before, 1_024);
  const sameKey = before?.gsi1pk === after?.gsi1pk && before?.gsi1sk === after?.gsi1sk;
  // The index knows no update of a key: it deletes the old entry and writes a new one.
  if (!sameKey) return kilobytes(before, 1_024) + kilobytes(after, 1_024);
  return Math.max(kilobytes(before, 1_024), kilobytes(after, 1_024));
}

/** Read units of items that are read one by one (GetItem, BatchGetItem), strongly consistent; a missing one costs 1. */
export function readUnits(requested: number, found: readonly Item[]): number {
  return found.reduce((sum, item) => sum + kilobytes(item, 4_096), requested - found.length);
}

/** Read units of one page of a query: all of its items together, half of it where eventually consistent. */
export function queryUnits(items: readonly Item[], isConsistent: boolean): number {
  const bytes = items.reduce((sum, item) => sum + itemBytes(item), 0);
  return Math.max(1, Math.ceil(bytes / 4_096)) * (isConsistent ? 1 : 0.5);
}
