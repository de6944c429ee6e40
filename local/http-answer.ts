import type { Outcome } from './lambda-instance.ts';

/** What goes back to the client. */
export interface GatewayAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: string | Buffer;
}

/** An answer of the gateway itself. */
export function gatewayAnswer(status: number, message: string, headers: Record<string, string> = {}): GatewayAnswer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify({ message }) };
}

/** Translates what a function answered, as payload format 2.0 says. */
export function answerOf(outcome: Outcome): GatewayAnswer {
  if (outcome.kind === 'failure') return internalError();
  if (outcome.kind !== 'answer') return gatewayAnswer(503, 'Service Unavailable');
  const result: unknown = JSON.parse(outcome.payload);
  if (typeof result !== 'object' || result === null || !('statusCode' in result)) {
    // Without a status code the whole answer is the body.
    const body = typeof result === 'string' ? result : outcome.payload;
    return { status: 200, headers: { 'content-type': 'application/json' }, body };
  }
  return structuredAnswer(result as Structured);
}

/** What a function may have answered; nothing of it is certain. */
interface Structured {
  readonly statusCode?: unknown;
  readonly headers?: unknown;
  readonly cookies?: unknown;
  readonly body?: unknown;
  readonly isBase64Encoded?: unknown;
}

function structuredAnswer({ statusCode, headers = {}, cookies = [], body = '', isBase64Encoded }: Structured) {
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 100 || status > 599) return internalError();
  if (typeof body !== 'string' || typeof headers !== 'object' || headers === null || !Array.isArray(cookies)) {
    return internalError();
  }
  const answered: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) answered[name.toLowerCase()] = String(value);
  if (cookies.length > 0) answered['set-cookie'] = cookies.map(String);
  // What a browser would otherwise have to guess.
  if (body !== '') answered['content-type'] ??= 'text/plain;charset=UTF-8';
  return { status, headers: answered, body: isBase64Encoded === true ? Buffer.from(body, 'base64') : body };
}

function internalError(): GatewayAnswer {
  return gatewayAnswer(500, 'Internal Server Error');
}
