import { type CallOptions, password, type Received, uniqueEmail } from './client.ts';
import { withStack } from './stack.ts';

export { password, type Received, uniqueEmail as newEmail };

/** A throw-away stack, with the steps of signing up one by one. Requests are lines such as `POST /bookings`. */
export async function accountStack() {
  const api = await withStack();
  const { confirmationCode } = api.stack.outputs;

  const call = (line: string, options: CallOptions = {}): Promise<Received> => {
    const [method = '', path = ''] = line.split(' ');
    return api.call(method, path, options);
  };
  const callAsAdmin = (line: string, body?: unknown, headers: Record<string, string> = {}) =>
    call(line, { body, headers, signAs: 'admin' });

  const confirm = (email: string, code = confirmationCode) => call('POST /auth/confirm', { body: { email, code } });
  const register = (email: string, name = 'Ada') => call('POST /auth/register', { body: { email, password, name } });
  const login = (email: string, secret = password) => call('POST /auth/login', { body: { email, password: secret } });
  /** A registered, confirmed person who signed in. */
  const signedIn = async (email = uniqueEmail(), name = 'Ada') => {
    await register(email, name);
    await confirm(email);
    const { accessToken, refreshToken } = (await login(email)).json;
    return { email, token: accessToken as string, refreshToken: refreshToken as string };
  };
  return { call, callAsAdmin, register, confirm, login, signedIn, stack: api.stack, stop: api.stop };
}
