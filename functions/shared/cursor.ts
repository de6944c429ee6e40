import { createHash } from 'node:crypto';
import { invalid } from '../domain/errors.ts';

/**
 * What a cursor is good for: the operation, the caller and the filters of the list. A cursor of another list, person
 * or filter does not fit. Keys are never in it, so it can only name a position in the caller's own list.
 */
export type CursorScope = readonly (string | undefined)[];

/** The checksum is no secret, so a position is nothing to rely on; this much holds for those that we hand out. */
const wellFormed = /^[\x20-\x7e]+$/;

const checksum = (scope: CursorScope, position: string): string =>
  createHash('sha256')
    .update(JSON.stringify([scope, position]))
    .digest('base64url')
    .slice(0, 16);

/** Opaque text for `position` in the list that `scope` names. */
export function encodeCursor(scope: CursorScope, position: string): string {
  return Buffer.from(`${checksum(scope, position)}${position}`).toString('base64url');
}

/**
 * The position in a cursor.
 *
 * @throws {DomainError} validation-error where it was changed, or made for another list, person or filter.
 */
export function decodeCursor(scope: CursorScope, cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString();
  const position = text.slice(16);
  const isOurs = wellFormed.test(position) && checksum(scope, position) === text.slice(0, 16);
  // The second comparison refuses other spellings of the same bytes.
  if (!isOurs || encodeCursor(scope, position) !== cursor) throw invalid('cursor', 'is not a cursor of this list');
  return position;
}
