import { createHash } from 'node:crypto';

/** Strong ETag over a body, for answers that have no version of their own. */
export function etagOf(body: string): string {
  return `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
}

/** RFC 9110, 13.1.2: weak comparison of If-None-Match with the ETag of an answer. */
export function noneMatch(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return true;
  const known = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return !known.includes('*') && !known.includes(etag);
}
