import { expect } from 'vitest';
import type { Received } from './client.ts';

/**
 * Every item of a list, read page by page.
 *
 * @param list gets the query of a page, with its question mark
 * @param filter such as `&status=DRAFT`
 */
export async function readPages(
  list: (query: string) => Promise<Received>,
  limit: number,
  filter = '',
): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  let cursor = '';
  do {
    const { status, json, text } = await list(`?limit=${limit}${filter}${cursor}`);
    expect(status, text).toBe(200);
    expect(json.items.length).toBeLessThanOrEqual(limit);
    items.push(...json.items);
    cursor = json.nextCursor ? `&cursor=${json.nextCursor}` : '';
  } while (cursor);
  return items;
}
