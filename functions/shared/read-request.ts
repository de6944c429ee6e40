import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import type { Operation, Schema } from '../api/operation.ts';
import type { Caller, Request } from '../api/request.ts';
import { DomainError, invalid, notFound } from '../domain/errors.ts';
import { limits } from '../domain/limits.ts';
import { Role } from '../domain/user.ts';
import { clientNetwork } from './client-address.ts';
import { loginOf } from './login-claims.ts';

/** What the two authorizers of the stack add to an event. */
interface AuthorizerContext {
  jwt?: { claims: Record<string, unknown> };
  iam?: { userArn: string };
}
export type HttpEvent = APIGatewayProxyEventV2;

/**
 * Validates an event against its operation.
 *
 * @throws {DomainError} unauthenticated, forbidden, payload-too-large, unsupported-media-type, validation-error,
 *   precondition-required; not-found for a path parameter that no resource can have.
 */
export function readRequest(operation: Operation, event: HttpEvent, context: Context): Request {
  const caller = callerOf(operation, event);
  const request = {
    caller,
    params: operation.params ? readParams(operation.params, event) : undefined,
    query: operation.query ? parse(operation.query, event.queryStringParameters ?? {}, 'query') : undefined,
    body: operation.body ? parse(operation.body, readJson(event), 'body') : undefined,
    idempotencyKey: operation.idempotent ? readIdempotencyKey(event) : undefined,
    ifMatch: operation.ifMatch ? readIfMatch(event) : '',
    method: event.requestContext.http.method,
    path: event.rawPath,
    headers: event.headers,
    network: clientNetwork(event),
    requestId: event.requestContext.requestId,
    startedAtMs: event.requestContext.timeEpoch,
    remainingMs: () => context.getRemainingTimeInMillis() - limits.answerReserveMs,
  };
  // The types of the parts follow from the operation, which is only known at run time here.
  return request as unknown as Request;
}

/** Who calls. @throws {DomainError} unauthenticated, forbidden */
export function callerOf(operation: Operation, event: HttpEvent): Caller | undefined {
  if (operation.auth === 'public') return undefined;
  const authorizer = (event.requestContext as { authorizer?: AuthorizerContext }).authorizer;
  if (operation.auth === 'iam') {
    const userArn = authorizer?.iam?.userArn;
    if (!userArn) throw unauthenticated();
    return { kind: 'principal', callerId: `iam:${userArn}`, userArn };
  }
  const claims = authorizer?.jwt?.claims;
  // The authorizer checks signature, issuer, expiry and client; an ID token of the same client is no credential.
  if (claims?.token_use !== 'access' || typeof claims.sub !== 'string') throw unauthenticated();
  const roles = rolesOf(claims['cognito:groups']);
  if (operation.auth === 'organizer' && !roles.includes('organizers')) {
    throw new DomainError('forbidden', 'This operation is for organizers.', {});
  }
  const accessToken = (event.headers.authorization ?? '').replace(/^Bearer\s+/i, '');
  const issuedAt = Number(claims.iat ?? 0);
  return { kind: 'person', callerId: claims.sub, userId: claims.sub, roles, accessToken, issuedAt, ...loginOf(claims) };
}

/** API Gateway hands a list claim over as text: `[organizers staff]`. */
function rolesOf(groups: unknown): Role[] {
  const names = typeof groups === 'string' ? groups.replace(/^\[|\]$/g, '').split(/\s+/) : [];
  return names.flatMap((name) => Role.safeParse(name).data ?? []);
}

function unauthenticated() {
  return new DomainError('unauthenticated', 'Sign in and send a valid access token.', {});
}

function readParams(schema: Schema, event: HttpEvent): unknown {
  const parsed = schema.safeParse(event.pathParameters ?? {});
  if (!parsed.success) throw notFound();
  return parsed.data;
}

function readJson(event: HttpEvent): unknown {
  const body = event.body ?? '';
  const bytes = event.isBase64Encoded ? Buffer.from(body, 'base64') : Buffer.from(body);
  if (bytes.byteLength > limits.bodyBytes) {
    const detail = `The body has ${bytes.byteLength} bytes; at most ${limits.bodyBytes} are read.`;
    throw new DomainError('payload-too-large', detail, { maxBytes: limits.bodyBytes });
  }
  if (!/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(event.headers['content-type'] ?? '')) {
    throw new DomainError('unsupported-media-type', 'Send JSON with Content-Type: application/json.', {});
  }
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) throw invalid('body', 'is not well-formed JSON');
    throw error;
  }
}

function parse(schema: Schema, input: unknown, part: 'query' | 'body'): unknown {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map((issue) => ({ path: issue.path.join('.') || part, message: issue.message }));
  const [first] = errors;
  throw new DomainError('validation-error', `${first?.path}: ${first?.message}`, { errors: errors.slice(0, 20) });
}

function readIdempotencyKey(event: HttpEvent): string | undefined {
  const key = event.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (key.length > limits.idempotencyKeyCharacters || !/^[\x21-\x7e]+$/.test(key)) {
    throw invalid('Idempotency-Key', `1 to ${limits.idempotencyKeyCharacters} visible ASCII characters`);
  }
  return key;
}

function readIfMatch(event: HttpEvent): string {
  const ifMatch = event.headers['if-match'];
  if (ifMatch === undefined) {
    throw new DomainError('precondition-required', 'Send the ETag of the event you read as If-Match.', {});
  }
  return ifMatch;
}
