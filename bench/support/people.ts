import { createHmac } from 'node:crypto';
import { type Administrator, type Api, expected } from './api.ts';

/** Signing up is slow in an emulator, and user pools have quotas on AWS. */
const atOnce = 8;

/**
 * Accounts that can book, made where they are missing. The same administrator gets the same accounts again; their
 * passwords follow from the administrator's secret, so nobody else knows them.
 *
 * @param onReady called for each account
 * @returns an access token for each
 */
export async function signInPeople(
  api: Api,
  { credentials }: Administrator,
  count: number,
  onReady: () => void = () => undefined,
): Promise<string[]> {
  const derive = (what: string) => createHmac('sha256', credentials.secretAccessKey).update(what).digest('hex');
  const team = derive('team').slice(0, 8);
  const tokens: string[] = [];
  let next = 1;
  const work = async () => {
    for (let number = next++; number <= count; number = next++) {
      const email = `rush-${team}-${number}@example.com`;
      tokens.push(await signIn(api, { email, password: derive(email).slice(0, 32) }));
      onReady();
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, work));
  return tokens;
}

async function signIn(api: Api, person: { email: string; password: string }): Promise<string> {
  const created = await api.sendAsAdmin('POST', '/admin/users', { body: { ...person, name: 'Rush' } });
  if (created.status !== 409) expected(created, 201, 'Making an account');
  const login = await api.send('POST', '/auth/login', { body: person });
  return expected<{ accessToken: string }>(login, 200, 'Signing in').accessToken;
}
