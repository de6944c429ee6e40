import { badCursor, badHeaders, badKey, badMethod, badPath, badQuery } from './address-kinds.ts';
import { badBody, noJson, notJson, tooLarge } from './body-kinds.ts';
import type { Kind } from './kind.ts';
import { conflicting, foreign, good, missing, sensible, staleMatch, wrongCaller } from './state-kinds.ts';

/** All ways to ask, in the order in which an operation is asked. */
export const kinds: readonly Kind[] = [
  good,
  conflicting,
  staleMatch,
  missing,
  foreign,
  wrongCaller,
  badBody,
  noJson,
  tooLarge,
  notJson,
  badQuery,
  badCursor,
  badHeaders,
  badKey,
  badMethod,
  badPath,
  sensible,
];
