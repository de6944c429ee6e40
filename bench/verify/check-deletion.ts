import type { Verdicts } from './findings.ts';
import { type Item, type Kind, keyOf, kindOf } from './items.ts';

/** What may stay of a person who is gone. */
const staying: ReadonlySet<Kind> = new Set(['booking', 'ownership', 'access', 'deletion', 'inbox']);

/** Checks that a person whose deletion is asked for is kept out, and that nothing is left of one who is gone. */
export function checkDeletion(items: readonly Item[], verdict: Verdicts): void {
  const deletion = items.find(({ sk }) => sk === 'DELETION');
  if (!deletion) return;
  const expect = (holds: boolean, item: Item, message: string) =>
    verdict('deleted person', holds, keyOf(item), () => message);
  const access = items.find((item) => kindOf(item) === 'access');
  const inbox = items.find((item) => kindOf(item) === 'inbox');
  const isClosed = access?.deletedAt !== undefined && inbox?.closedAt !== undefined;
  expect(isClosed, deletion, 'the person may still sign in, or is told news');
  if (deletion.doneAt === undefined) return;
  for (const item of items) {
    expect(staying.has(kindOf(item)), item, 'it is left of a person who is deleted');
    if (kindOf(item) !== 'booking') continue;
    const isErased = item.buyerErasedAt !== undefined && item.idempotencyKey === undefined && item.status !== 'HELD';
    expect(isErased, item, 'it still leads to its buyer, or is held for nobody');
  }
}
