import { objectOf } from '../../support/faulty-dynamodb/json.ts';
import type { Random } from '../../support/faulty-dynamodb/types.ts';
import type { Scheduler } from './scheduler.ts';

/** The user pool of a history, as far as functions ask it: accounts that are there, or gone. */
export interface UserPool {
  /** Answers as a `requestHandler` of the SDK does. */
  handle(request: { headers: Readonly<Record<string, string>>; body: unknown }): Promise<PoolAnswer>;
  /** Ids of the accounts that are there. */
  readonly accounts: ReadonlySet<string>;
  /** The share of calls that fail, from here on. */
  faultShare: number;
}

interface PoolAnswer {
  readonly response: { statusCode: number; headers: Record<string, string>; body: Buffer };
}

export interface UserPoolSettings {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly userIds: readonly string[];
}

/** A call of the user pool, by its header x-amz-target. */
export const isForUserPool = (headers: Readonly<Record<string, string>>): boolean =>
  String(headers['x-amz-target']).startsWith('AWSCognitoIdentityProviderService.');

/** The access token of a person is their id. It throttles, fails before or after its work, and loses answers. */
export function createUserPool({ scheduler, random, userIds }: UserPoolSettings): UserPool {
  const accounts = new Set(userIds);

  function carryOut(operation: string, { Username, AccessToken }: Readonly<Record<string, unknown>>): PoolAnswer {
    const userId = String(Username ?? AccessToken);
    if (!accounts.has(userId)) return refusal(400, 'UserNotFoundException');
    if (operation === 'AdminDeleteUser') {
      accounts.delete(userId);
      return answer(200, {});
    }
    if (operation !== 'AdminGetUser' && operation !== 'GetUser') throw new Error(`the user pool knows no ${operation}`);
    const attributes = { sub: userId, email: `${userId}@example.com`, name: userId };
    const UserAttributes = Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }));
    return answer(200, { Username: userId, UserAttributes, Enabled: true, UserStatus: 'CONFIRMED' });
  }

  const pool: UserPool = {
    accounts,
    faultShare: 0,
    handle: async ({ headers, body }) => {
      const [luck, strike, spread] = [random(), random(), random()];
      const isStruck = luck < pool.faultShare;
      await scheduler.sleep(20 + 80 * spread);
      if (isStruck && strike < 0.5) return refusal(400, 'TooManyRequestsException');
      if (isStruck && strike < 0.7) return refusal(500, 'InternalErrorException');
      const operation = String(headers['x-amz-target']).replace(/^.*\./, '');
      const text = body instanceof Uint8Array ? new TextDecoder().decode(body) : String(body);
      const done = carryOut(operation, objectOf(JSON.parse(text)));
      await scheduler.sleep(10);
      if (!isStruck) return done;
      if (strike < 0.85) return refusal(500, 'InternalErrorException');
      throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    },
  };
  return pool;
}

function answer(statusCode: number, body: object): PoolAnswer {
  const headers = { 'content-type': 'application/x-amz-json-1.1' };
  return { response: { statusCode, headers, body: Buffer.from(JSON.stringify(body)) } };
}

const refusal = (statusCode: number, name: string): PoolAnswer => answer(statusCode, { __type: name, message: name });
