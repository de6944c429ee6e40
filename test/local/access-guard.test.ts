import { type GetCommand, PutCommand, type TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Context } from 'aws-lambda';
import { ulid } from 'ulid';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { limits } from '../../functions/domain/limits.ts';
import type { HttpEvent } from '../../functions/shared/read-request.ts';
import { storedEvent, tierBody } from '../support/factories.ts';
import { withTable } from '../support/store-table.ts';

// The booking function with a table and without a gateway: what its guard asks the database, and when.
let table: Awaited<ReturnType<typeof withTable>>;
let functions: Awaited<ReturnType<typeof load>>;
beforeAll(async () => {
  table = await withTable();
  vi.stubEnv('HOLD_TTL_SECONDS', '600');
  functions = await load();
});
afterAll(() => table?.stop());
afterEach(() => {
  vi.restoreAllMocks();
});

async function load() {
  const [booking, access, events, client, transact] = await Promise.all([
    import('../../functions/entry/booking.ts'),
    import('../../functions/store/access-store.ts'),
    import('../../functions/store/event-store.ts'),
    import('../../functions/store/client.ts'),
    import('../../functions/store/transact.ts'),
  ]);
  return { ...booking, ...access, ...events, ...client, ...transact };
}

const remainingMs = () => 10_000;
const authTime = 1_800_000_000;
const newLogin = (userId = `user-${ulid()}`) => ({ userId, loginId: ulid(), authTime });
type Login = ReturnType<typeof newLogin>;

async function call({ userId, loginId }: Login, routeKey: string, body?: unknown, headers: object = {}) {
  const [method = '', path = ''] = routeKey.split(' ');
  const claims = { sub: userId, token_use: 'access', origin_jti: loginId, jti: ulid(), auth_time: String(authTime) };
  const event = {
    routeKey,
    rawPath: path,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    requestContext: {
      requestId: ulid(),
      timeEpoch: Date.now(),
      http: { method, path, sourceIp: '127.0.0.1' },
      authorizer: { jwt: { claims } },
    },
  } as unknown as HttpEvent;
  const answer = await functions.handler(event, { getRemainingTimeInMillis: remainingMs } as Context);
  return [answer.statusCode, JSON.parse(answer.body ?? '{}').code];
}

async function newEvent(capacity = 100) {
  const event = storedEvent({ tiers: [tierBody({ capacity })] });
  await functions.createEvent(event, {}, { remainingMs });
  const book = (login: Login, headers = {}) =>
    call(login, 'POST /bookings', { eventId: event.eventId, quantity: 1 }, headers);
  // From here on the instance knows the event.
  expect(await book(newLogin())).toEqual([201, undefined]);
  return book;
}

const end = (login: Login) => functions.endLogin(login, new functions.Patience(remainingMs));
const refused = [401, 'unauthenticated'];

/** The commands that are sent while something is done. */
async function sentBy(act: () => Promise<unknown>): Promise<string[]> {
  const spy = vi.spyOn(functions.documents, 'send');
  await act();
  const sent = spy.mock.calls.map(([command]) => command.constructor.name);
  spy.mockRestore();
  return sent;
}

describe('a booking', () => {
  test('is one call to the database, which also checks the login', async () => {
    const [book, login] = [await newEvent(), newLogin()];
    expect(await sentBy(() => book(login))).toEqual(['TransactWriteCommand']);
    await end(login);
    expect(await book(login)).toEqual(refused);
    expect(await book(newLogin(login.userId))).toEqual([201, undefined]);
  });

  test('that is committed at the moment of the logout is refused, not undone', async () => {
    const [book, login] = [await newEvent(), newLogin()];
    const send = functions.documents.send.bind(functions.documents);
    vi.spyOn(functions.documents, 'send').mockImplementation((async (command: TransactWriteCommand) => {
      vi.restoreAllMocks();
      await end(login);
      return send(command);
    }) as unknown as typeof send);
    const before = await table.itemsOf('BOOKING#');
    expect(await book(login)).toEqual(refused);
    expect(await table.itemsOf('BOOKING#')).toEqual(before);
  });

  test('is refused as such before a kept answer, a bad body or a tier that is sold out', async () => {
    const [book, login] = [await newEvent(2), newLogin()];
    const headers = { 'idempotency-key': 'once' };
    expect(await book(login, headers)).toEqual([201, undefined]);
    expect((await book(newLogin()))[1]).toBe('sold-out');
    await end(login);
    expect(await book(login, headers)).toEqual(refused);
    expect(await book(login)).toEqual(refused);
    expect(await call(login, 'POST /bookings', { quantity: 'many' })).toEqual(refused);
  });

  test('is refused also where the login was good a moment ago, whatever is wrong with the request', async () => {
    const [book, login] = [await newEvent(), newLogin()];
    expect(await call(login, 'GET /bookings')).toEqual([200, undefined]);
    await end(login);
    const unknown = { eventId: 'evt_01JY3W8H6V7Q2X4Z9K5M1N0PRS', quantity: 1 };
    for (const body of [{}, '{', unknown]) expect(await call(login, 'POST /bookings', body)).toEqual(refused);
    expect(await book(login)).toEqual(refused);
  });

  test('that is sold out costs a person who asks again and again one read in seconds', async () => {
    const [book, login] = [await newEvent(1), newLogin()];
    expect((await book(login))[1]).toBe('sold-out');
    expect(await sentBy(() => Promise.all([book(login), book(login), book(login)]))).toEqual([]);
  });
});

describe('signing out', () => {
  test('keeps what else the item has, and ends every one of many logins that end at once', async () => {
    const logins = Array.from({ length: 6 }, () => newLogin('many'));
    await functions.documents.send(
      new PutCommand({ TableName: table.tableName, Item: { pk: 'USER#many', sk: 'ACCESS', counter: 7, expiresAt: 1 } }),
    );
    await Promise.all(logins.map(end));
    for (const login of logins) expect(await call(login, 'GET /bookings')).toEqual(refused);
    expect(await call(newLogin('many'), 'GET /bookings')).toEqual([200, undefined]);
    const item = (await table.itemsOf('ACCESS')).find(({ pk }) => pk === 'USER#many');
    expect(item).toMatchObject({ counter: 7, expiresAt: authTime + limits.loginSeconds, revision: 6 });
  });
});

describe('any other request', () => {
  test('reads beside the work, and says nothing of it to a login that has ended', async () => {
    const login = newLogin();
    let open = 0;
    let together = 0;
    const send = functions.documents.send.bind(functions.documents);
    vi.spyOn(functions.documents, 'send').mockImplementation((async (command: GetCommand) => {
      open += 1;
      together = Math.max(together, open);
      return send(command).finally(() => {
        open -= 1;
      });
    }) as unknown as typeof send);
    expect(await call(login, 'GET /bookings')).toEqual([200, undefined]);
    expect(together).toBe(2);
    await end(login);
    expect(await call(login, 'GET /bookings')).toEqual(refused);
  });

  test('writes nothing before the check', async () => {
    const login = newLogin();
    await end(login);
    const route = 'DELETE /bookings/{bookingId}';
    expect(await sentBy(async () => expect(await call(login, route)).toEqual(refused))).toEqual([]);
    const fresh = newLogin(login.userId);
    const [first] = await sentBy(() => call(fresh, route));
    expect(first).toBe('GetCommand');
  });

  test('gets no answer where the check gets none', async () => {
    vi.spyOn(functions.documents, 'send').mockRejectedValue(Object.assign(new Error('gone'), { name: 'TimeoutError' }));
    expect(await call(newLogin(), 'GET /bookings')).toEqual([503, 'busy']);
  });
});
