import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sign } from '../../local/sigv4.ts';
import { type Stack, startStack } from '../../local/stack.ts';

export interface Sent {
  body?: unknown;
  token?: string;
  headers?: Record<string, string>;
}
export interface Received {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape.
  json: any;
}

export const password = 'correct horse battery staple';
let people = 0;
/** An address that no other test uses. */
export const newEmail = (): string => `person-${process.pid}-${Date.now()}-${++people}@example.com`;

/** A throw-away stack and a client of its accounts. */
export async function accountStack() {
  const dataDir = await mkdtemp(join(tmpdir(), 'evently-'));
  const stack = await startStack({ port: 0, dataDir });
  const client = accountClient(stack);
  const stop = async () => {
    await stack.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  return { ...client, stack, stop };
}

function accountClient({ outputs }: Stack) {
  const call = (line: string, { body, token, headers = {} }: Sent = {}): Promise<Received> =>
    send(outputs.apiUrl, line, body, { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) });

  const callAsAdmin = async (line: string, body?: unknown, extra: Record<string, string> = {}): Promise<Received> => {
    const [method = '', path = ''] = line.split(' ');
    const { host, pathname, searchParams } = new URL(outputs.apiUrl + path);
    const headers = await sign(
      { method, path: pathname, queryString: searchParams.toString(), headers: { host }, body: textOf(body) },
      { accessKeyId: outputs.adminAccessKeyId, secretAccessKey: outputs.adminSecretAccessKey },
      { region: outputs.region, service: 'execute-api', time: new Date() },
    );
    return send(outputs.apiUrl, line, body, { ...extra, ...headers });
  };

  const confirm = (email: string, code = outputs.confirmationCode) =>
    call('POST /auth/confirm', { body: { email, code } });
  const register = (email: string, name = 'Ada') => call('POST /auth/register', { body: { email, password, name } });
  const login = (email: string, secret = password) => call('POST /auth/login', { body: { email, password: secret } });
  /** A registered, confirmed person who signed in. */
  const signedIn = async (email = newEmail(), name = 'Ada') => {
    await register(email, name);
    await confirm(email);
    const { accessToken, refreshToken } = (await login(email)).json;
    return { email, token: accessToken as string, refreshToken: refreshToken as string };
  };
  return { call, callAsAdmin, register, confirm, login, signedIn };
}

async function send(apiUrl: string, line: string, body: unknown, headers: Record<string, string>): Promise<Received> {
  const [method = '', path = ''] = line.split(' ');
  const content = body === undefined ? {} : { 'content-type': 'application/json' };
  const answer = await fetch(apiUrl + path, {
    method,
    headers: { ...content, ...headers },
    body: body === undefined ? null : textOf(body),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    headers: answer.headers,
    text,
    json: text === '' ? undefined : JSON.parse(text),
  };
}

function textOf(body: unknown): string {
  return body === undefined ? '' : JSON.stringify(body);
}
