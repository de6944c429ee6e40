import { isDeepStrictEqual } from 'node:util';
import { Problem } from '../../../functions/api/contract.ts';
import { problems } from '../../../functions/api/problems.ts';
import type { ErrorCode } from '../../../functions/domain/errors.ts';
import type { RawAnswer } from '../raw-http.ts';
import type { Call } from './callers.ts';
import type { ContractOperation } from './operation-list.ts';
import { methodsAt, operationAt } from './routes.ts';

interface DocumentedAnswer {
  readonly $ref?: string;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: Readonly<Record<string, { readonly examples?: Readonly<Record<string, unknown>> }>>;
}
type DocumentedOperation = { readonly responses: Readonly<Record<string, DocumentedAnswer>> };

/** The parts of an OpenAPI document that an answer is compared with. */
export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
  readonly components: { readonly responses?: Readonly<Record<string, DocumentedAnswer>> };
}

/** Which kind of answer came, for the account of what the fuzz has reached. */
export type Verdict = { readonly operation: ContractOperation; readonly status: number } | undefined;

const cacheControl = {
  catalog: 'public, max-age=1, stale-while-revalidate=5',
  asset: 'public, max-age=86400',
  none: 'no-store',
} as const;

/** Named in the document, and only there at times. */
const atTimes = new Set(['idempotency-replayed', 'ratelimit', 'ratelimit-policy', 'link']);
/** Of any answer over HTTP. */
const ofHttp = new Set(
  (
    'date connection keep-alive content-length content-type content-encoding content-disposition vary apigw-requestid ' +
    'x-content-type-options x-request-id cache-control strict-transport-security content-security-policy referrer-policy'
  ).split(' '),
);
const inside = /arn:aws|EVENT#|USER#|TIER#|dynamo|gsi1|node_modules|\.mjs|\.ts:\d|Exception|ZodError|\bat \S+ \(/;

class Breach extends Error {}
function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Breach(what);
}

/**
 * Compares an answer with what the served OpenAPI document and the schemas of the contract promise.
 *
 * @throws {Error} that says which promise was broken
 */
export function judge(document: OpenApiDocument, call: Call, answer: RawAnswer): Verdict {
  const operation = operationAt(call.method, call.path);
  // Only the check of readiness may say so; one client after another is no reason to be too busy.
  must(answer.status < 500 || operation?.success[answer.status] !== undefined, 'a fault of the service');
  if (isMalformed(call.path) && answer.status === 400) return judgeGateway(answer, 'Bad Request');
  if (!operation) return judgeUnknown(call, answer);
  const { responses } = document.paths[operation.path]?.[operation.method.toLowerCase()] ?? { responses: {} };
  const found = responses[answer.status];
  must(found !== undefined, `status ${answer.status} is not documented`);
  const documented = found.$ref ? document.components.responses?.[found.$ref.split('/').at(-1) ?? ''] : found;
  must(documented !== undefined, `the document does not explain ${found.$ref}`);
  const isRefusal = answer.status >= 400;
  const type = mediaType(answer);
  if (type !== undefined && !isNotModified(answer)) {
    const known = Object.keys(documented.content ?? {});
    must(known.includes(type) || known.includes('*/*'), `media type ${type} is not documented: ${known.join()}`);
  }
  if (isRefusal && type === 'application/json') judgeGateway(answer);
  else {
    judgeHeaders(operation, documented, answer);
    if (isRefusal) judgeProblem(answer, Object.keys(documented.content?.[type ?? '']?.examples ?? {}));
    else judgeSuccess(operation, answer);
  }
  return { operation, status: answer.status };
}

const header = ({ headers }: RawAnswer, name: string): string | undefined => headers[name]?.toString();
const mediaType = (answer: RawAnswer): string | undefined => header(answer, 'content-type')?.split(';')[0];
const isNotModified = ({ status }: RawAnswer): boolean => status === 304;

function isMalformed(path: string): boolean {
  try {
    decodeURIComponent(path.split('?')[0] ?? '');
    return false;
  } catch {
    return true;
  }
}

/** API Gateway's own answers. */
function judgeGateway(answer: RawAnswer, message?: string): undefined {
  const body = parse(answer.text);
  must(isDeepStrictEqual(Object.keys(body as object), ['message']), 'the body is not one of the gateway');
  must(message === undefined || (body as { message: string }).message === message, `the gateway says ${answer.text}`);
}

function judgeUnknown(call: Call, answer: RawAnswer): undefined {
  const allow = methodsAt(call.path);
  const wanted = allow.length > 0 ? 405 : 404;
  must(answer.status === wanted, `a path of no operation with these methods: ${allow.join()}; wanted ${wanted}`);
  must(header(answer, 'allow') === (allow.length > 0 ? allow.join(', ') : undefined), 'Allow');
  if (call.method !== 'HEAD') judgeProblem(answer, ['not-found', 'method-not-allowed']);
}

function judgeHeaders(operation: ContractOperation, documented: DocumentedAnswer, answer: RawAnswer): void {
  const names = Object.keys(documented.headers ?? {}).map((name) => name.toLowerCase());
  for (const name of names) must(atTimes.has(name) || header(answer, name) !== undefined, `no ${name}`);
  for (const name of Object.keys(answer.headers)) {
    must(names.includes(name) || ofHttp.has(name), `the header ${name} is not documented`);
  }
  const isSuccess = answer.status < 400;
  const cache = cacheControl[(isSuccess && operation.cache) || 'none'];
  must(header(answer, 'cache-control') === cache, `cache-control: ${header(answer, 'cache-control')}`);
  must(header(answer, 'x-content-type-options') === 'nosniff', 'no x-content-type-options');
  must((header(answer, 'x-request-id') ?? '') !== '', 'no x-request-id');
  if (answer.status === 201) must((header(answer, 'location') ?? '/').startsWith('/'), 'location');
  const etag = header(answer, 'etag');
  must(etag === undefined || /^"[^"]+"$/.test(etag), `etag: ${etag}`);
}

function judgeProblem(answer: RawAnswer, codes: readonly string[]): void {
  must(header(answer, 'content-type') === 'application/problem+json', 'not application/problem+json');
  const parsed = Problem.safeParse(parse(answer.text));
  must(parsed.success, 'not a problem document');
  const { type, title, status, detail, instance, code, errors } = parsed.data;
  must(codes.includes(code), `the code ${code} is not documented here: ${codes.join()}`);
  const known = problems[code as ErrorCode];
  const expected = { type: `/problems/${code}`, status: answer.status, title: known.title };
  must(isDeepStrictEqual({ type, status, title }, expected) && known.status === status, 'type, status or title');
  must(instance === header(answer, 'x-request-id') && detail !== '', 'instance or detail');
  must((errors !== undefined && errors.length > 0) === (code === 'validation-error'), 'errors');
  must(!inside.test(answer.text), 'tells something of the inside');
}

function judgeSuccess(operation: ContractOperation, answer: RawAnswer): void {
  const { status, text } = answer;
  const schema = operation.success[status];
  if (isNotModified(answer) || (schema === null && !operation.produces)) {
    must(text === '', 'a body where there is none');
    return;
  }
  const type = mediaType(answer);
  if (!schema || type === operation.alternative) {
    must(text !== '', 'no body');
    return;
  }
  must(type === (operation.produces ?? 'application/json'), `media type ${type}`);
  const body = parse(text);
  const parsed = schema.safeParse(body);
  must(parsed.success, `the body breaks its schema: ${parsed.error?.message}`);
  // What the schema drops is a field that the contract does not name; what it adds, one that is missing.
  must(isDeepStrictEqual(parsed.data, body), `not the fields of the schema: ${JSON.stringify(parsed.data)}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Breach('the body is not JSON');
  }
}
