import { pathToFileURL } from 'node:url';
import { functionSpecs } from '../../lib/functions.ts';
import { eventOf } from '../../local/http-event.ts';
import type { FaultyTable } from './faulty-table.ts';

/** What API Gateway knows of a request when it has been let in. */
export interface Call {
  readonly routeKey: string;
  readonly body: unknown;
  /** Subject of the token; without one the caller is an administrator. */
  readonly userId?: string;
  readonly idempotencyKey?: string;
}

export interface CallAnswer {
  readonly status: number;
  /** Of the problem, where it is one. */
  readonly code: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
}

/** One instance of a function: it has its own module state, and is given one request at a time. */
export type Instance = (call: Call) => Promise<CallAnswer>;

type Handler = (event: object, context: object) => Promise<{ statusCode: number; body?: string }>;

let instances = 0;
let requests = 0;

/**
 * Loads a bundle anew, so that nothing is shared with another instance of it.
 *
 * @param slowMotion how many times longer a request may take
 */
export async function startInstance(file: string, slowMotion = 1): Promise<Instance> {
  const timeoutMs = functionSpecs.booking.timeoutSeconds * 1_000 * slowMotion;
  instances += 1;
  const module: { handler: Handler } = await import(`${pathToFileURL(file).href}?instance=${instances}`);
  return async (call) => {
    const deadline = performance.now() + timeoutMs;
    const event = httpEvent(call);
    const context = {
      awsRequestId: event.requestContext.requestId,
      getRemainingTimeInMillis: () => Math.max(0, deadline - performance.now()),
    };
    const { statusCode: status, body: text } = await module.handler(event, context);
    const body: Record<string, unknown> = JSON.parse(text ?? '{}');
    return { status, code: typeof body.code === 'string' ? body.code : undefined, body };
  };
}

/** Instances of the booking function. */
export const startInstances = ({ functions, slowMotion }: FaultyTable, count: number): Promise<Instance[]> =>
  Promise.all(Array.from({ length: count }, () => startInstance(functions.booking, slowMotion)));

function httpEvent({ routeKey, body, userId, idempotencyKey }: Call) {
  requests += 1;
  const [method = '', path = ''] = routeKey.split(' ');
  const request = {
    method,
    path,
    queryString: '',
    headers: {
      'content-type': 'application/json',
      host: 'api.example.com',
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    },
    cookies: [],
    body: Buffer.from(JSON.stringify(body)),
    sourceIp: '127.0.0.1',
    requestId: `bench-${requests}`,
    receivedAt: new Date(),
  };
  const event = eventOf(request, {
    apiId: 'bench',
    accountId: '000000000000',
    routeKey,
    pathParameters: undefined,
    authorizer: userId
      ? { jwt: { claims: { sub: userId, token_use: 'access' }, scopes: null } }
      : { iam: { userArn: 'arn:aws:iam::000000000000:user/bench' } },
  });
  return event as typeof event & { requestContext: { requestId: string } };
}
