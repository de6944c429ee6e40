import type { OperationId } from '../../../functions/api/contract.ts';
import type { RawAnswer } from '../raw-http.ts';
import { type Call, type Caller, send } from './callers.ts';
import type { Coverage } from './coverage.ts';
import { judge, type OpenApiDocument } from './judge.ts';
import type { ContractOperation } from './operation-list.ts';
import type { Recipe } from './recipes.ts';
import type { FuzzWorld } from './world.ts';

/** A request by its parts. */
export interface Parts {
  readonly caller: Caller;
  readonly token?: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** A request that was made up, and what is known of its answer beyond the contract. */
export interface Shot {
  readonly parts: Parts;
  /** Makes objects first, and puts their ids into the parts. */
  readonly recipe?: Recipe | undefined;
  /** The last word on what is sent. */
  readonly bend?: (call: Call) => Call;
  /** The statuses that the answer may have; default: every one of the contract. */
  readonly expected?: readonly number[] | undefined;
}

export interface Range {
  readonly world: FuzzWorld;
  readonly document: OpenApiDocument;
  readonly coverage: Coverage;
}

/** Sends one shot and judges its answer. @throws {Error} with request and answer where it is not as it has to be */
export async function fire(range: Range, operation: ContractOperation, shot: Shot): Promise<RawAnswer> {
  const parts = { ...shot.parts, ...(await shot.recipe?.(range.world)) };
  const plain = callOf(operation, parts);
  const call = shot.bend?.(plain) ?? plain;
  const answer = await send(range.world, call);
  const fail = (why: string, cause?: unknown): never => {
    throw new Error(`${operation.operationId}: ${why}\n${show(call)}\n${showAnswer(answer)}`, { cause });
  };
  try {
    const verdict = judge(range.document, call, answer);
    if (verdict) range.coverage.note(verdict.operation.operationId as OperationId, verdict.status);
  } catch (error) {
    fail((error as Error).message, error);
  }
  // Whoever is too fast hears nothing else.
  const isThrottled = answer.status === 429;
  if (shot.expected && !isThrottled && !shot.expected.includes(answer.status))
    fail(`wanted ${shot.expected.join(' or ')}`);
  return answer;
}

export function callOf({ method, path, body: takesBody }: ContractOperation, parts: Parts): Call {
  const { caller, token, params, query, body, headers } = parts;
  const address = path.replace(/\{(\w+)\}/g, (_, name: string) => segment(params[name] ?? ''));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.append(name, String(value));
  return {
    caller,
    ...(token !== undefined && { token }),
    method,
    path: search.size > 0 ? `${address}?${search}` : address,
    headers: { ...(takesBody && { 'content-type': 'application/json' }), ...headers },
    body: takesBody ? JSON.stringify(body) : '',
  };
}

/** A client resolves dots, and an empty segment makes another path. */
function segment(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(/^\.{0,2}$/, '-');
}

const short = (text: string): string => (text.length > 600 ? `${text.slice(0, 600)}… (${text.length})` : text);

function show({ caller, method, path, headers, body }: Call): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const sent = typeof body === 'string' ? body : `base64 ${body.toString('base64')}`;
  return [`as ${caller}: ${method} ${short(path)}`, ...lines, short(sent)].join('\n  ');
}

function showAnswer({ status, headers, text }: RawAnswer): string {
  return `answered ${status} ${JSON.stringify(headers)}\n  ${short(text)}`;
}
