import { functionSpecs } from '../../../lib/functions.ts';
import type { Random } from '../../support/faulty-dynamodb/types.ts';
import type { Functions } from '../world/functions.ts';
import type { Scheduler } from '../world/scheduler.ts';
import type { Trace } from '../world/trace.ts';

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
}

/** One request and the answer that its client saw. */
export interface Seen {
  readonly request: HttpRequest;
  readonly sentAt: number;
  readonly answeredAt: number;
  /** Commits of the table before it was sent, and before its answer came. */
  readonly commits: readonly [number, number];
  /** Undefined where none came. */
  readonly answer: Answer | undefined;
  /** An earlier attempt may have done it already. */
  readonly isRepeated: boolean;
}

export interface HttpRequest {
  readonly group: 'booking' | 'organizer' | 'account' | 'admin';
  readonly route: string;
  readonly userId: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Web {
  readonly functions: Functions;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly trace: Trace;
  readonly commits: () => number;
}

export const organizer = 'organizer';
export const administratorArn = 'arn:aws:iam::000000000000:user/administrator';

/** Attempts for one request, of which the last ones come when nothing strikes any more. */
const maxAttempts = 40;

export interface Browser {
  readonly seen: Seen[];
  /**
   * Sends a request, and the same again as long as its answer is unclear.
   *
   * @param times how often the platform runs it
   */
  ask(request: HttpRequest, times?: 1 | 2): Promise<Answer>;
  rest(ms: number): Promise<void>;
}

export function createBrowser({ functions, scheduler, random, trace, commits }: Web): Browser {
  const seen: Seen[] = [];
  let requests = 0;

  async function send(request: HttpRequest, event: object, isRepeated: boolean): Promise<Answer | undefined> {
    const [sentAt, before] = [scheduler.now(), commits()];
    const run = await functions.invoke(request.group, 1_000 * functionSpecs[request.group].timeoutSeconds, event);
    const answer = run.kind === 'answer' ? answerOf(run.value) : undefined;
    seen.push({ request, sentAt, answeredAt: scheduler.now(), commits: [before, commits()], answer, isRepeated });
    const outcome = answer ? `${answer.status} ${answer.body.code ?? ''}` : run.kind;
    trace(`${request.userId} ${request.route} ${JSON.stringify(request.body ?? request.params)} -> ${outcome}`);
    return answer;
  }

  return {
    seen,
    rest: scheduler.sleep,
    ask: async (request, times = 1) => {
      for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
        requests += 1;
        const event = eventOf(request, `request-${requests}`, Math.floor(scheduler.now()));
        const runs = Array.from({ length: times }, () => send(request, event, attempt > 0 || times > 1));
        const answers = await Promise.all(runs);
        const clear = answers.find((answer) => answer !== undefined && answer.status < 500);
        if (clear) return clear;
        await scheduler.sleep(200 + 800 * random() + 500 * attempt);
      }
      throw new Error(`${request.route} is never answered`);
    },
  };
}

function answerOf(value: unknown): Answer {
  const { statusCode, body, headers } = value as { statusCode: number; body?: string; headers: Record<string, string> };
  return { status: statusCode, body: JSON.parse(body ?? '{}'), headers };
}

/** The event that the gateway makes of a request. */
function eventOf(
  { group, route, userId, params, body, headers }: HttpRequest,
  requestId: string,
  timeEpoch: number,
): object {
  const [method = '', path = ''] = route.split(' ');
  const claims = { sub: userId, token_use: 'access', 'cognito:groups': '[organizers]' };
  return {
    version: '2.0',
    routeKey: route,
    rawPath: path,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${userId}`, ...headers },
    ...(params && { pathParameters: params }),
    ...(body !== undefined && { body: JSON.stringify(body) }),
    isBase64Encoded: false,
    requestContext: {
      requestId,
      timeEpoch,
      http: { method, path, sourceIp: '192.0.2.1' },
      authorizer: group === 'admin' ? { iam: { userArn: administratorArn } } : { jwt: { claims } },
    },
  };
}
