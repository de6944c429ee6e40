import { Pool } from 'undici';
import { type Credentials, sign } from '../../local/sigv4.ts';

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  /** Parsed where it is JSON. */
  body: unknown;
}

export interface Message {
  headers?: Record<string, string>;
  body?: unknown;
}

export interface Administrator {
  credentials: Credentials & { sessionToken?: string };
  region: string;
}

/** A client of one API, with connections that stay open. */
export interface Api {
  send(method: string, path: string, message?: Message): Promise<Answer>;
  /** Signed with SigV4. */
  sendAsAdmin(method: string, path: string, message?: Message): Promise<Answer>;
  close(): Promise<void>;
}

export function createApi(url: string, connections: number, administrator: Administrator): Api {
  const { origin, host } = new URL(url);
  const pool = new Pool(origin, { connections });

  const request = async (method: string, path: string, headers: Record<string, string>, body: string | null) => {
    const answer = await pool.request({ method: method as 'GET', path, headers, body });
    const text = await answer.body.text();
    const isJson = /json/.test(String(answer.headers['content-type']));
    return { status: answer.statusCode, headers: answer.headers, body: isJson ? JSON.parse(text) : text };
  };
  const headersOf = ({ headers, body }: Message): Record<string, string> => ({
    ...headers,
    ...(body !== undefined && { 'content-type': 'application/json' }),
  });
  const textOf = ({ body }: Message): string | null => (body === undefined ? null : JSON.stringify(body));

  return {
    send: (method, path, message = {}) => request(method, path, headersOf(message), textOf(message)),
    sendAsAdmin: async (method, path, message = {}) => {
      const [pathname = '', queryString = ''] = path.split('?');
      const body = textOf(message);
      const headers = await sign(
        { method, path: pathname, queryString, headers: { ...headersOf(message), host }, body: body ?? '' },
        administrator.credentials,
        { region: administrator.region, service: 'execute-api', time: new Date() },
      );
      return request(method, path, headers, body);
    },
    close: () => pool.close(),
  };
}

/** The body of an answer of this status. @throws {Error} for another one, with what was answered */
export function expected<Body>(answer: Answer, status: number, what: string): Body {
  if (answer.status === status) return answer.body as Body;
  throw new Error(`${what} was answered with ${answer.status}: ${JSON.stringify(answer.body)}`);
}

/** Why there was no answer. @throws what is no Error */
export function faultOf(error: unknown): string {
  if (!(error instanceof Error)) throw error;
  return 'code' in error ? String(error.code) : error.name;
}
