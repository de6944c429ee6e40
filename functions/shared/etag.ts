import { createHash } from 'node:crypto';
import { DomainError, invalid } from '../domain/errors.ts';
import type { EventView } from '../domain/event.ts';

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 16);

/** Strong ETag over a body, for answers that have no version of their own. */
export function etagOf(body: string): string {
  return `"${digest(body)}"`;
}

/**
 * ETag of an event: its version, and a digest of what changes without one (availability, whether it is on sale), so
 * that If-None-Match never confirms numbers that are old.
 */
export function eventETag(view: EventView): string {
  return `"${view.version}.${digest(JSON.stringify(view))}"`;
}

/**
 * Whether If-Match permits a change of an event at `version`. Only the version part of an event's ETag counts: seats
 * that were sold meanwhile are no reason to refuse a change.
 *
 * @throws {DomainError} precondition-failed; validation-error for what is no ETag
 */
export function checkIfMatch(ifMatch: string, version: number): void {
  if (ifMatch.trim() === '*') return;
  const tags = ifMatch.split(',').map((tag) => /^(W\/)?"([^"]*)"$/.exec(tag.trim()));
  if (tags.includes(null))
    throw invalid('If-Match', 'is not an ETag; send the one that you were given, with its quotes');
  // RFC 9110, 13.1.1: strong comparison, so a weak one never matches.
  const matches = tags.some((tag) => tag?.[1] === undefined && tag?.[2]?.split('.')[0] === String(version));
  if (!matches) {
    throw new DomainError('precondition-failed', 'The event changed since you read it.', {
      currentETag: `"${version}"`,
    });
  }
}

/** RFC 9110, 13.1.2: weak comparison of If-None-Match with the ETag of an answer. */
export function noneMatch(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return true;
  const known = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return !known.includes('*') && !known.includes(etag);
}
