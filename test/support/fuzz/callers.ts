import { sign } from '../../../local/sigv4.ts';
import { accessClaims, signedByPool, signedByStranger } from '../forged-token.ts';
import { type RawAnswer, sendRaw } from '../raw-http.ts';
import type { ContractOperation } from './operation-list.ts';
import type { FuzzWorld } from './world.ts';

/** Everybody who may knock. A newcomer is another person in every request. */
export type Caller =
  | 'nobody'
  | 'buyer'
  | 'other'
  | 'newcomer'
  | 'organizer'
  | 'otherOrganizer'
  | 'admin'
  | 'stranger'
  | 'expired'
  | 'forger'
  | 'idToken'
  | 'signedOut';

/** Who may call, best first: the first one owns what `FuzzWorld.own` names. */
export function permitted({ auth, operationId }: ContractOperation): readonly Caller[] {
  if (auth === 'public') return ['nobody', 'buyer', 'stranger', 'forger'];
  if (auth === 'organizer') return ['organizer', 'otherOrganizer'];
  if (auth === 'iam') return ['admin'];
  // Their token has to stay good.
  return operationId === 'logout' || operationId === 'deleteMe' ? ['newcomer'] : ['buyer', 'other', 'organizer'];
}

/** Who may not, each with the status of the refusal. */
export function refused({ auth }: ContractOperation): readonly (readonly [Caller, number])[] {
  if (auth === 'public') return [];
  const people: Caller[] = ['buyer', 'newcomer', 'organizer', 'signedOut', 'expired', 'forger', 'idToken'];
  if (auth === 'iam') return (['nobody', 'stranger', ...people] as const).map((caller) => [caller, 403]);
  const refusals: [Caller, number][] = [
    ['nobody', 401],
    ['admin', 401],
    ['stranger', 401],
    ['expired', 401],
    ['forger', 401],
    ['signedOut', 401],
    ['idToken', 403],
  ];
  return auth === 'organizer' ? [...refusals, ['buyer', 403], ['newcomer', 403]] : refusals;
}

/** A request as it goes over the wire. */
export interface Call {
  readonly caller: Caller;
  /** In place of the caller's own. */
  readonly token?: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

export async function send(world: FuzzWorld, call: Call): Promise<RawAnswer> {
  const { outputs } = world.api.stack;
  const { method, path, body } = call;
  const token = call.token ?? (await tokenOf(world, call.caller));
  const headers = {
    ...call.headers,
    // Of its own accord the client leaves the length out where a method seldom has a body.
    ...(body.length > 0 && { 'content-length': String(Buffer.byteLength(body)) }),
    ...(token && { authorization: `Bearer ${token}` }),
  };
  const signs = call.caller === 'admin' || call.caller === 'stranger';
  if (!signs || call.token) return sendRaw(outputs.apiUrl, method, path, headers, body);
  const [pathname = '', ...query] = path.split('?');
  const credentials =
    call.caller === 'admin'
      ? { accessKeyId: outputs.adminAccessKeyId, secretAccessKey: outputs.adminSecretAccessKey }
      : { accessKeyId: outputs.strangerAccessKeyId, secretAccessKey: outputs.strangerSecretAccessKey };
  const signed = await sign(
    { method, path: pathname, queryString: query.join('?'), headers: { host: new URL(outputs.apiUrl).host }, body },
    credentials,
    { region: outputs.region, service: 'execute-api', time: new Date() },
  );
  return sendRaw(outputs.apiUrl, method, path, { ...headers, ...signed }, body);
}

async function tokenOf(world: FuzzWorld, caller: Caller): Promise<string | undefined> {
  const { hands, otherOrganizer, signedOutToken, newcomer, api } = world;
  const claims = accessClaims(api.stack.outputs);
  const now = Math.floor(Date.now() / 1_000);
  switch (caller) {
    case 'nobody':
    case 'admin':
    case 'stranger':
      return undefined;
    case 'buyer':
      return hands.buyer.accessToken;
    case 'other':
      return hands.other.accessToken;
    case 'organizer':
      return hands.organizer.accessToken;
    case 'otherOrganizer':
      return otherOrganizer.accessToken;
    case 'newcomer':
      return (await newcomer()).token;
    case 'signedOut':
      return signedOutToken;
    case 'expired':
      return signedByPool({ ...claims, exp: now - 60 });
    case 'forger':
      return signedByStranger(claims);
    case 'idToken': {
      const { client_id: aud, scope: _, ...others } = claims;
      return signedByPool({ ...others, aud, token_use: 'id' });
    }
  }
}
