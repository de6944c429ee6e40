import { createHash } from 'node:crypto';
import { ulidOf } from '../domain/id.ts';

/**
 * An id that the same request always gets, so that a function that runs twice for it writes one item.
 *
 * @param prefix `evt` or `bkg`
 * @param request.startedAtMs milliseconds since 1970, as the gateway saw it
 */
export function idOf(prefix: string, request: { requestId: string; startedAtMs: number }): string {
  const entropy = createHash('sha256').update(`${prefix} ${request.requestId}`).digest();
  return `${prefix}_${ulidOf(request.startedAtMs, entropy)}`;
}
