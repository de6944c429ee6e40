import type { StackOutputs } from '../../local/outputs.ts';
import { sign } from '../../local/sigv4.ts';
import { eventBody } from './factories.ts';

export interface CallOptions {
  /** Sent as JSON; a string is sent as it is. */
  readonly body?: unknown;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Signs with SigV4 as this principal. */
  readonly signAs?: 'admin' | 'stranger';
}

export interface Received {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape.
  readonly json: any;
}

export interface Person {
  readonly email: string;
  readonly userId: string;
  readonly accessToken: string;
  readonly refreshToken: string;
}

export interface ApiClient {
  call(method: string, path: string, options?: CallOptions): Promise<Received>;
  /** A new person: registered, confirmed, signed in. */
  registerUser(name?: string): Promise<Person>;
  /** A new person with the group `organizers` in the token. */
  makeOrganizer(name?: string): Promise<Person>;
  /** An event, made by an administrator. */
  createEvent(overrides?: Record<string, unknown>): Promise<{ readonly eventId: string }>;
}

export const password = 'correct horse battery staple';
let people = 0;
/** An address that no other test uses. */
export const uniqueEmail = (): string => `person-${process.pid}-${Date.now()}-${++people}@example.com`;

/** A client of the API that answers every status, and helpers that expect the successful one. */
export function createClient(outputs: StackOutputs): ApiClient {
  const call: ApiClient['call'] = async (method, path, options = {}) => {
    const answer = await fetch(outputs.apiUrl + path, await requestOf(outputs, method, path, options));
    const text = await answer.text();
    const isJson = /json/.test(answer.headers.get('content-type') ?? '');
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      json: isJson && text ? JSON.parse(text) : undefined,
    };
  };

  const expectStatus = async (status: number, ...request: Parameters<ApiClient['call']>): Promise<Received> => {
    const answer = await call(...request);
    if (answer.status === status) return answer;
    throw new Error(`${request[0]} ${request[1]} answered ${answer.status}, not ${status}: ${answer.text}`);
  };

  const signIn = async (email: string): Promise<Person> => {
    const { json: tokens } = await expectStatus(200, 'POST', '/auth/login', { body: { email, password } });
    const { json: me } = await expectStatus(200, 'GET', '/users/me', { token: tokens.accessToken });
    return { email, userId: me.userId, accessToken: tokens.accessToken, refreshToken: tokens.refreshToken };
  };

  const registerUser = async (name = 'Ada Lovelace'): Promise<Person> => {
    const email = uniqueEmail();
    await expectStatus(202, 'POST', '/auth/register', { body: { email, password, name } });
    await expectStatus(204, 'POST', '/auth/confirm', { body: { email, code: outputs.confirmationCode } });
    return signIn(email);
  };

  return {
    call,
    registerUser,
    makeOrganizer: async (name = 'Olga Organizer') => {
      const { email, userId } = await registerUser(name);
      const body = { roles: ['organizers'] };
      await expectStatus(200, 'PUT', `/admin/users/${userId}/roles`, { body, signAs: 'admin' });
      return signIn(email);
    },
    createEvent: async (overrides = {}) => {
      const { json } = await expectStatus(201, 'POST', '/admin/events', {
        body: eventBody(overrides),
        signAs: 'admin',
      });
      return json;
    },
  };
}

async function requestOf(
  outputs: StackOutputs,
  method: string,
  path: string,
  { body, token, headers, signAs }: CallOptions,
): Promise<RequestInit> {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const sent = {
    ...(text !== undefined && { 'content-type': 'application/json' }),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...headers,
  };
  if (!signAs) return { method, headers: sent, body: text ?? null };
  const [pathname = '', queryString = ''] = path.split('?');
  const signed = await sign(
    { method, path: pathname, queryString, headers: { ...sent, host: new URL(outputs.apiUrl).host }, body: text ?? '' },
    credentialsOf(outputs, signAs),
    { region: outputs.region, service: 'execute-api', time: new Date() },
  );
  return { method, headers: signed, body: text ?? null };
}

function credentialsOf(outputs: StackOutputs, principal: 'admin' | 'stranger') {
  return principal === 'admin'
    ? { accessKeyId: outputs.adminAccessKeyId, secretAccessKey: outputs.adminSecretAccessKey }
    : { accessKeyId: outputs.strangerAccessKeyId, secretAccessKey: outputs.strangerSecretAccessKey };
}
