import { STATUS_CODES } from 'node:http';
import type { Refusal } from './services.ts';
import type { SignedRequest } from './signature.ts';

/** A request as it came, and where it ends. */
export interface RawRequest extends SignedRequest {
  /** All of it, as it came. */
  readonly bytes: Buffer;
}

const endOfHead = Buffer.from('\r\n\r\n');
const maxHeadBytes = 64 * 1024;

/**
 * Reads the first request of what has arrived: HTTP/1.1 as SDKs write it, with a Content-Length where there is a body.
 *
 * @returns nothing as long as it is not complete.
 * @throws {RangeError} where it never will be.
 */
export function readRequest(arrived: Buffer): RawRequest | undefined {
  const headLength = arrived.indexOf(endOfHead);
  if (headLength < 0) {
    if (arrived.length > maxHeadBytes) throw new RangeError('the head of the request is too long');
    return undefined;
  }
  const [first = '', ...lines] = arrived.toString('latin1', 0, headLength).split('\r\n');
  const [method = '', target = ''] = first.split(' ');
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  if (headers.has('transfer-encoding')) throw new RangeError('a body has to come with its length');
  const start = headLength + endOfHead.length;
  const end = start + Number(headers.get('content-length') ?? 0);
  if (Number.isNaN(end)) throw new RangeError('the length of the body is no number');
  if (arrived.length < end) return undefined;
  return { method, target, headers, body: arrived.subarray(start, end), bytes: arrived.subarray(0, end) };
}

export function writeAnswer({ status, headers, body }: Refusal): string {
  const lines = Object.entries({ ...headers, 'content-length': Buffer.byteLength(body) });
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...lines.map(([name, value]) => `${name}: ${value}`),
    '',
    body,
  ].join('\r\n');
}
