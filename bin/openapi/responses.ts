import type { ZodOpenApiContentObject, ZodOpenApiResponseObject, ZodOpenApiResponsesObject } from 'zod-openapi';
import { Problem } from '../../functions/api/contract.ts';
import type { AnyAnswerText, AnyOperationText } from '../../functions/api/docs/operation-text.ts';
import { errorsOf, type Operation, type Schema } from '../../functions/api/operation.ts';
import { problems } from '../../functions/api/problems.ts';
import type { ErrorCode } from '../../functions/domain/errors.ts';
import { gatewayAnswers, tooManyRequests } from './gateway.ts';
import { answersNotModified, type HeaderName, headerRefs } from './headers.ts';

/** All answers of an operation: its successes, its errors, and those that API Gateway gives in its place. */
export function responsesOf(operation: Operation, text: AnyOperationText): ZodOpenApiResponsesObject {
  const responses = new Map<number, ZodOpenApiResponseObject>();
  for (const [status, schema] of Object.entries(operation.success)) {
    const answer = text.answers[Number(status)];
    if (!answer) throw new Error(`no text for status ${status}: ${text.summary}`);
    responses.set(Number(status), success(operation, Number(status), schema, answer));
  }
  if (answersNotModified(operation) && !responses.has(304)) {
    responses.set(304, { description: 'Nothing changed since the answer with this ETag.', headers: cacheHeaders() });
  }
  for (const [status, codes] of Map.groupBy(errorsOf(operation), (code) => problems[code].status)) {
    responses.set(status, merged(responses.get(status), problem(status, codes)));
  }
  for (const [status, answer] of gatewayAnswers(operation.auth)) {
    responses.set(status, merged(responses.get(status), answer));
  }
  // Objects keep such keys in the order of their numbers.
  const ours = responses.get(429);
  const tooMany = ours ? merged(ours, tooManyRequests) : { $ref: '#/components/responses/TooManyRequests' };
  return { ...Object.fromEntries(responses), 429: tooMany };
}

function cacheHeaders() {
  return headerRefs('X-Request-Id', 'Cache-Control', 'ETag');
}

function success(
  operation: Operation,
  status: number,
  schema: Schema | null,
  answer: AnyAnswerText,
): ZodOpenApiResponseObject {
  const names: HeaderName[] = ['X-Request-Id', 'Cache-Control'];
  if (operation.etag || answersNotModified(operation)) names.push('ETag');
  if (operation.alternative || operation.linksNext) names.push('Link');
  if (operation.idempotent) names.push('Idempotency-Replayed');
  if (operation.errors?.includes('rate-limited')) names.push('RateLimit', 'RateLimit-Policy');
  const headers = { ...headerRefs(...names), ...(answer.location && { Location: locationHeader(answer.location) }) };
  const content = contentOf(operation, status, schema, answer.example);
  return { description: answer.description, headers, ...(content && { content }) };
}

function locationHeader(example: string) {
  return { description: 'Path of what was created.', schema: { type: 'string' as const }, example };
}

function contentOf(
  operation: Operation,
  status: number,
  schema: Schema | null,
  example: unknown,
): ZodOpenApiContentObject | undefined {
  if (schema) {
    const { alternative } = operation;
    const text = { schema: { type: 'string' as const } };
    return { 'application/json': { schema, example }, ...(alternative && status === 200 && { [alternative]: text }) };
  }
  if (!operation.produces || status !== 200) return undefined;
  return { [operation.produces]: example === undefined ? {} : { schema: { type: 'string' }, example } };
}

function problem(status: number, codes: readonly ErrorCode[]): ZodOpenApiResponseObject {
  const lines = codes.map((code) => `\`${code}\`: ${problems[code].meaning}`);
  const names: HeaderName[] = ['X-Request-Id'];
  if (status >= 500 || status === 429) names.push('Retry-After');
  if (status === 429) names.push('RateLimit', 'RateLimit-Policy');
  if (status === 401) names.push('WWW-Authenticate');
  const examples = Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }]));
  return {
    description: lines.length === 1 ? lines.join() : lines.map((line) => `- ${line}`).join('\n'),
    headers: headerRefs(...names),
    content: { 'application/problem+json': { schema: Problem, examples } },
  };
}

/** Two answers of one status differ in their media type. */
function merged(one: ZodOpenApiResponseObject | undefined, other: ZodOpenApiResponseObject): ZodOpenApiResponseObject {
  if (!one) return other;
  return {
    description: `${one.description}\n\n${other.description}`,
    headers: { ...one.headers, ...other.headers },
    content: { ...one.content, ...other.content },
  };
}
