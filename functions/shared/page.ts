import type { Page } from '../domain/common.ts';
import { type CursorScope, decodeCursor, encodeCursor } from './cursor.ts';

interface PageQuery {
  limit: number;
  cursor?: string | undefined;
}

/**
 * Answers one page of a list.
 *
 * @param scope what the cursors of this list are good for; see `CursorScope`
 * @param list reads `limit` items after a position
 * @throws {DomainError} validation-error for a cursor of another list
 */
export async function pageOf<Item, View>(
  query: PageQuery,
  scope: CursorScope,
  list: (page: { limit: number; after: string | undefined }) => Promise<{ items: Item[]; position?: string }>,
  show: (items: Item[]) => View[] | Promise<View[]>,
): Promise<Page<View>> {
  const after = query.cursor === undefined ? undefined : decodeCursor(scope, query.cursor);
  const { items, position } = await list({ limit: query.limit, after });
  return {
    items: await show(items),
    ...(position !== undefined && { nextCursor: encodeCursor(scope, position) }),
  };
}
