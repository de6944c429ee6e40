import { createHash, timingSafeEqual } from 'node:crypto';
import { optionalEnv } from './env.ts';
import type { HttpAnswer } from './problem.ts';

const digestOf = (text: string) => createHash('sha256').update(text).digest();

/** Those that the edge may send, several while they change; none on a stage without an edge. */
const accepted = (optionalEnv('EDGE_KEYS')?.split(',') ?? []).map(digestOf);

/** Whether a request came the way that the stage has for it: through the edge, where there is one. */
export function cameThroughEdge({ headers }: { headers: Readonly<Record<string, string | undefined>> }): boolean {
  if (accepted.length === 0) return true;
  const sent = digestOf(headers['x-origin-verify'] ?? '');
  return accepted.some((key) => timingSafeEqual(key, sent));
}

/** What API Gateway would answer, if it could refuse them itself. */
export const notThroughEdge: HttpAnswer = {
  statusCode: 403,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  body: '{"message":"Forbidden"}',
};
