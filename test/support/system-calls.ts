import type { Context } from 'aws-lambda';
import { operations } from '../../functions/api/contract.ts';
import { handler } from '../../functions/entry/system.ts';
import type { HttpEvent } from '../../functions/shared/read-request.ts';

/** The route that API Gateway picks for a request to the system function. */
function routeOf(method: string, path: string) {
  const segments = path.split('/');
  for (const operation of operations.filter(({ group }) => group === 'system')) {
    const template = operation.path.split('/');
    const params = template.flatMap((part, index) =>
      part.startsWith('{') ? [[part.slice(1, -1), segments[index]]] : [],
    );
    const fits = template.every((part, index) => part.startsWith('{') || part === segments[index]);
    if (operation.method === method && template.length === segments.length && fits) {
      return { routeKey: `${method} ${operation.path}`, pathParameters: Object.fromEntries(params) };
    }
  }
  return { routeKey: '$default', pathParameters: undefined };
}

/** Calls the system function as the gateway would. */
export async function callSystem(line: string, headers: Record<string, string> = {}) {
  const [method = '', path = ''] = line.split(' ');
  const event = {
    version: '2.0',
    ...routeOf(method, path),
    rawPath: path,
    rawQueryString: '',
    headers,
    isBase64Encoded: false,
    requestContext: { requestId: 'request-1', http: { method, path, sourceIp: '192.0.2.1' } },
  } as unknown as HttpEvent;
  const context = { awsRequestId: 'lambda-1', getRemainingTimeInMillis: () => 10_000 } as Context;
  const answer = await handler(event, context);
  const bytes = Buffer.from(answer.body ?? '', answer.isBase64Encoded ? 'base64' : 'utf8');
  return {
    status: answer.statusCode,
    headers: answer.headers,
    bytes,
    sentCharacters: answer.body?.length ?? 0,
    json: () => JSON.parse(bytes.toString()),
  };
}
