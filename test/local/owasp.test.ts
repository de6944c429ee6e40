import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Context } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { operations } from '../../functions/api/contract.ts';
import { limits } from '../../functions/domain/limits.ts';
import type { CallOptions, Person, Received } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import { eventBody, tierBody } from '../support/factories.ts';
import { accessClaims, signedByPool, signedByStranger, unsigned } from '../support/forged-token.ts';
import { sendRaw } from '../support/raw-http.ts';
import { type TestStack, withStack } from '../support/stack.ts';
import { bytesOf, contentsOf, expectProblem } from '../support/trace.ts';

/**
 * The OWASP API Security Top 10 of 2023, each item as it would be tried here. https://owasp.org/API-Security/editions/2023/
 * Whole files are about some of them: security.test.ts (1, 2, 5), errors*.test.ts (3, 4), rate-limits.test.ts (4, 6).
 */

type Operation = (typeof operations)[number];

const missing = {
  eventId: 'evt_01JY3W8H6V7Q2X4Z9K5M1N0PRS',
  bookingId: 'bkg_01JY3W9A1B2C3D4E5F6G7H8J9K',
  notificationId: 'ntf_01JY3W9B7C8D9E0F1G2H3J4K5M',
  tierId: 'standard',
  userId: '5c0d1f3e-8a67-4b4e-9a7e-2a1f0b6c9d11',
};
type Ids = Record<keyof typeof missing, string>;

let api: TestStack;
let buyer: Person;
let thief: Person;
let organizer: Person;
let rival: Person;
/** What belongs to the buyer and the organizer. */
let ids: Ids;

beforeAll(async () => {
  api = await withStack();
  [buyer, thief, organizer, rival] = await Promise.all([
    api.registerUser(),
    api.registerUser(),
    api.makeOrganizer(),
    api.makeOrganizer(),
  ]);
  const tiers = [tierBody({ capacity: 2 })];
  const created = await send('POST /organizer/events', { token: organizer.accessToken, body: eventBody({ tiers }) });
  const { eventId } = created.json;
  const booked = await book(buyer, eventId, 2);
  const waiting = await send(`POST /events/${eventId}/waitlist`, { token: buyer.accessToken, body: { quantity: 1 } });
  expect([created.status, booked.status, waiting.status]).toEqual([201, 201, 201]);
  const { bookingId } = booked.json;
  const notificationId = await eventually(async () => {
    const { json } = await send('GET /notifications', { token: buyer.accessToken });
    return json.items[0].notificationId as string;
  });
  ids = { eventId, bookingId, notificationId, tierId: 'standard', userId: buyer.userId };
});
afterAll(() => api?.stop());

function send(line: string, options: CallOptions = {}): Promise<Received> {
  const [method = '', path = ''] = line.split(' ');
  return api.call(method, path, options);
}
const book = ({ accessToken: token }: Person, eventId: string, quantity = 1, more = {}) =>
  send('POST /bookings', { token, body: { eventId, quantity, ...more } });

/** Well-formed bodies by the end of the path, so that nothing but the caller or the id is wrong. */
const bodies: readonly (readonly [RegExp, () => object])[] = [
  [/^POST \/bookings$/, () => ({ eventId: missing.eventId, quantity: 1 })],
  [/^POST .*\/waitlist$/, () => ({ quantity: 1 })],
  [/^POST .*\/events$/, () => eventBody()],
  [/^PATCH .*\/events\//, () => ({ name: 'Mine' })],
  [/^PATCH \/notifications\//, () => ({ read: true })],
  [/^PATCH \/users\/me$/, () => ({ name: 'Mallory' })],
  [/^PUT .*\/roles$/, () => ({ roles: ['organizers'] })],
  [/^POST \/admin\/users$/, () => ({ email: 'x@example.com', password: 'correct horse battery', name: 'X' })],
  [/^POST \/auth\/register$/, () => ({ email: 'x@example.com', password: 'correct horse battery', name: 'X' })],
  [/^POST \/auth\/login$/, () => ({ email: 'x@example.com', password: 'correct horse battery' })],
  [/^POST \/auth\/confirm$/, () => ({ email: 'x@example.com', code: '123456' })],
  [/^POST \/auth\/(?:logout|refresh)$/, () => ({ refreshToken: 'abc' })],
];

function callOperation({ method, path }: Operation, of: Ids, options: CallOptions): Promise<Received> {
  const address = path.replace(/\{(\w+)\}/g, (_, name: string) => of[name as keyof Ids] ?? 'some');
  const body = bodies.find(([pattern]) => pattern.test(`${method} ${path}`))?.[1]();
  return api.call(method, address, { headers: { 'if-match': '"1"' }, ...(body && { body }), ...options });
}
const operationsFor = (...auths: Operation['auth'][]) => operations.filter(({ auth }) => auths.includes(auth));

describe('API1:2023 Broken Object Level Authorization', () => {
  const withObjects = operationsFor('user', 'organizer').filter(
    // Whose events are on sale is no secret, and everybody may wait for one.
    ({ path }) => path.includes('{') && !path.startsWith('/events/'),
  );

  it('what belongs to another person is answered with the same bytes as what does not exist, in every operation', async () => {
    const before = await contentsOf(api.stack.outputs);
    expect(withObjects.length).toBeGreaterThan(10);
    for (const operation of withObjects) {
      const token = (operation.auth === 'organizer' ? rival : thief).accessToken;
      const foreign = await callOperation(operation, ids, { token });
      expect([operation.operationId, foreign.status]).toEqual([operation.operationId, 404]);
      expect(bytesOf(foreign)).toBe(bytesOf(await callOperation(operation, missing, { token })));
    }
    const leave = await send(`DELETE /events/${ids.eventId}/waitlist/standard`, { token: thief.accessToken });
    expectProblem(leave, 404, 'not-found');
    expect(await contentsOf(api.stack.outputs)).toEqual(before);
  });

  it('lists have nothing of others in them', async () => {
    for (const path of ['/bookings', '/notifications', `/events/${ids.eventId}/waitlist`]) {
      expect((await send(`GET ${path}`, { token: thief.accessToken })).json.items).toEqual([]);
    }
    expect((await send('GET /organizer/events', { token: rival.accessToken })).json.items).toEqual([]);
    const cursor = (await send('GET /bookings?limit=1', { token: buyer.accessToken })).json.nextCursor;
    if (cursor) expect((await send(`GET /bookings?cursor=${cursor}`, { token: thief.accessToken })).status).toBe(400);
  });

  it('an idempotency key of another person is no way to their answer', async () => {
    const { eventId } = await api.createEvent();
    const headers = { 'idempotency-key': 'owasp-1' };
    const request = (person: Person) => ({ token: person.accessToken, headers, body: { eventId, quantity: 1 } });
    const own = await send('POST /bookings', request(buyer));
    const other = await send('POST /bookings', request(thief));
    expect([own.status, other.status]).toEqual([201, 201]);
    expect(other.json.bookingId).not.toBe(own.json.bookingId);
  });
});

describe('API2:2023 Broken Authentication', () => {
  const now = () => Math.floor(Date.now() / 1_000);

  it('a token that is forged, expired, unsigned, of another pool or for another purpose opens nothing', async () => {
    const claims = accessClaims(api.stack.outputs);
    const { client_id: aud, scope: _scope, ...rest } = claims;
    const tokens = {
      unsigned: unsigned(claims),
      'signed with another key': await signedByStranger(claims),
      expired: await signedByPool({ ...claims, exp: now() - 1 }),
      'of another pool': await signedByPool({
        ...claims,
        iss: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_X',
      }),
      'of another client': await signedByPool({ ...claims, client_id: 'other' }),
      'an ID token': await signedByPool({ ...rest, aud, token_use: 'id', 'cognito:groups': ['organizers'] }),
      'a refresh token': buyer.refreshToken,
    };
    for (const [name, token] of Object.entries(tokens)) {
      for (const line of ['GET /bookings', 'GET /organizer/events', 'GET /users/me']) {
        expect([name, (await send(line, { token })).status]).toEqual([name, name === 'an ID token' ? 403 : 401]);
      }
    }
  });

  it('a token is worth nothing after signing out, and neither is its refresh token', async () => {
    const person = await api.registerUser();
    const { accessToken: token, refreshToken } = person;
    expect((await send('POST /auth/logout', { token, body: { refreshToken } })).status).toBe(204);
    expect((await send('GET /users/me', { token })).status).toBe(401);
    expect((await book({ ...person }, ids.eventId)).status).toBe(401);
    expect((await send('POST /auth/refresh', { body: { refreshToken } })).status).toBe(401);
  });

  it('passwords cannot be guessed: attempts are limited, and say nothing about the account', async () => {
    const guess = (email: string) => send('POST /auth/login', { body: { email, password: 'not the password' } });
    const [known, unknown] = [await guess(buyer.email), await guess('nobody@example.com')];
    expect(bytesOf(known)).toBe(bytesOf(unknown));
    const answers: Received[] = [];
    for (let n = 0; n < limits.rates.logins.quota + 1; n += 1) answers.push(await guess('victim@example.com'));
    expectProblem(answers.at(-1) as Received, 429, 'rate-limited', {
      policy: 'logins',
      ...limits.rates.logins,
      retryAfterSeconds: expect.any(Number),
    });
    expect(answers.slice(0, -1).map(({ status }) => status)).toEqual(Array(limits.rates.logins.quota).fill(401));
  });

  it('a short password is refused, and no answer contains one', async () => {
    const weak = { email: 'weak@example.com', name: 'W', password: 'short' };
    const answer = await send('POST /auth/register', { body: weak });
    expect([answer.status, answer.text.includes('"short"')]).toEqual([400, false]);
  });
});

describe('API3:2023 Broken Object Property Level Authorization', () => {
  const extras = {
    userId: 'somebody',
    organizerId: 'somebody',
    price: 0,
    unitPrice: 0,
    total: 0,
    status: 'CONFIRMED',
    roles: ['organizers'],
    version: 99,
    counted: false,
    emailVerified: true,
  };

  it('no request sets what only the server does: every extra property of every body is refused', async () => {
    const before = await contentsOf(api.stack.outputs);
    for (const operation of operations.filter((each) => each.body)) {
      const body = bodies.find(([pattern]) => pattern.test(`${operation.method} ${operation.path}`))?.[1]() ?? {};
      const options: CallOptions = operation.auth === 'iam' ? { signAs: 'admin' } : { token: organizer.accessToken };
      for (const [name, value] of Object.entries(extras)) {
        // An event may be made as a draft, and an administrator gives roles.
        if (name in body || (name === 'status' && /events/.test(operation.path))) continue;
        if (name === 'roles' && /users/.test(operation.path) && operation.auth === 'iam') continue;
        const answer = await callOperation(operation, ids, { ...options, body: { ...body, [name]: value } });
        expect([operation.operationId, name, answer.status]).toEqual([operation.operationId, name, 400]);
      }
    }
    expect(await contentsOf(api.stack.outputs)).toEqual(before);
  });

  it('no answer has a property beyond those of the contract', async () => {
    const shown = operationsFor('public', 'user', 'organizer').filter(
      ({ method, success }) => method === 'GET' && success[200] instanceof z.ZodObject,
    );
    expect(shown.length).toBeGreaterThan(12);
    for (const operation of shown) {
      const token = (operation.auth === 'organizer' ? organizer : buyer).accessToken;
      const options = operation.auth === 'public' ? {} : { token };
      const { json, status } = await callOperation(operation, { ...ids, code: 'sold-out' } as Ids, options);
      if (status !== 200 || operation.operationId === 'getOpenApi') continue;
      const known = Object.keys((operation.success[200] as z.ZodObject).shape);
      expect(known, operation.operationId).toEqual(expect.arrayContaining(Object.keys(json)));
      const text = JSON.stringify(json);
      expect(text, operation.operationId).not.toMatch(
        /"(?:pk|sk|gsi1pk|gsi1sk|draws|partition|counted|changeId|password)"/,
      );
    }
    const seen = await send(`GET /organizer/events/${ids.eventId}/bookings`, { token: organizer.accessToken });
    expect(seen.text).not.toContain(buyer.email);
    expect((await send(`GET /events/${ids.eventId}`)).text).not.toContain(organizer.userId);
  });
});

describe('API4:2023 Unrestricted Resource Consumption', () => {
  it('every list is bounded: more than a hundred at a time are refused', async () => {
    const lists = operations.filter(({ query }) => query instanceof z.ZodObject && 'limit' in query.shape);
    expect(lists.length).toBeGreaterThan(8);
    for (const operation of lists) {
      const person = operation.auth === 'organizer' ? organizer : buyer;
      const options: CallOptions = operation.auth === 'iam' ? { signAs: 'admin' } : { token: person.accessToken };
      for (const limit of ['101', '1000000000', '-1', '0']) {
        const path = operation.path.replace('{eventId}', ids.eventId);
        const answer = await send(`GET ${path}?limit=${limit}`, options);
        expect([operation.operationId, limit, answer.status]).toEqual([operation.operationId, limit, 400]);
      }
    }
  });

  it('large, deep and long bodies are refused at once', async () => {
    const startedAt = performance.now();
    const token = organizer.accessToken;
    const create = (body: unknown) => send('POST /organizer/events', { token, body });
    expect((await create(eventBody({ description: 'x'.repeat(limits.bodyBytes) }))).status).toBe(413);
    expect((await create('['.repeat(30_000) + ']'.repeat(30_000))).status).toBe(400);
    expect((await create(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`)).status).toBe(400);
    expect(
      (await create(eventBody({ tiers: Array.from({ length: 1_000 }, (_, n) => ({ tierId: `t${n}` })) }))).status,
    ).toBe(400);
    expect((await create(eventBody({ name: 'x'.repeat(10_000) }))).status).toBe(400);
    expect((await create(eventBody({ tiers: [tierBody({ capacity: 1e15 })] }))).status).toBe(400);
    expect((await send(`GET /events?q=${'x'.repeat(5_000)}`)).status).toBe(400);
    expect((await send(`GET /events?cursor=${'x'.repeat(5_000)}`)).status).toBe(400);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });

  it('a regular expression in a search is text, and costs what text costs', async () => {
    const startedAt = performance.now();
    expect((await send(`GET /events?q=${encodeURIComponent('(a+)+$'.repeat(10))}`)).status).toBe(200);
    const email = `${'a'.repeat(60)}@${'a.'.repeat(30)}!`;
    expect((await send('POST /auth/login', { body: { email, password: 'x' } })).status).toBe(400);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it('many headers and cookies do no harm', async () => {
    const many = Object.fromEntries(Array.from({ length: 150 }, (_, n) => [`x-header-${n}`, 'value']));
    expect((await sendRaw(api.stack.outputs.apiUrl, 'GET', '/events', many)).status).toBe(200);
    const huge = await sendRaw(api.stack.outputs.apiUrl, 'GET', '/events', { 'x-huge': 'x'.repeat(100_000) }).catch(
      () => ({ status: 431 }),
    );
    expect(huge.status).toBe(431);
    expect((await send('GET /events')).status).toBe(200);
  });

  it('the gateway throttles every route, and those to sign in more', () => {
    const [stage] = api.stack.template.of('AWS::ApiGatewayV2::Stage');
    const { DefaultRouteSettings: all, RouteSettings: some = {} } = stage?.properties ?? {};
    expect(all?.ThrottlingRateLimit).toBeGreaterThan(0);
    for (const { method, path } of operations.filter((each) => each.path.startsWith('/auth/'))) {
      expect(some[`${method} ${path}`]?.ThrottlingRateLimit).toBeLessThan(all?.ThrottlingRateLimit ?? 0);
    }
  });
});

describe('API5:2023 Broken Function Level Authorization', () => {
  it('a buyer gets into no operation for organizers', async () => {
    for (const operation of operationsFor('organizer')) {
      const answer = await callOperation(operation, ids, { token: buyer.accessToken });
      expect([operation.operationId, answer.status]).toEqual([operation.operationId, 403]);
    }
  });

  it('nobody but an IAM principal with the policy gets into an operation for administrators', async () => {
    for (const operation of operationsFor('iam')) {
      for (const options of [
        {},
        { token: buyer.accessToken },
        { token: organizer.accessToken },
        { signAs: 'stranger' as const },
      ]) {
        const answer = await callOperation(operation, ids, options);
        expect([operation.operationId, answer.status]).toEqual([operation.operationId, 403]);
      }
    }
  });

  it('another method, another case or a detour in the path is no way in', async () => {
    for (const path of [
      '/ADMIN/users',
      '//admin/users',
      '/admin/users/',
      '/events/../admin/users',
      '/admin%2Fusers',
      '/Organizer/events',
    ]) {
      const answer = await sendRaw(api.stack.outputs.apiUrl, 'GET', path, {
        authorization: `Bearer ${buyer.accessToken}`,
      });
      expect([path, answer.status]).toEqual([path, expect.toBeOneOf([403, 404])]);
    }
    const headers = {
      'x-http-method-override': 'DELETE',
      'x-original-url': '/admin/users',
      'x-rewrite-url': '/admin/users',
    };
    const answer = await send('GET /events', { headers });
    expect([answer.status, answer.json.items !== undefined]).toEqual([200, true]);
  });
});

describe('API6:2023 Unrestricted Access to Sensitive Business Flows', () => {
  it('a script cannot buy more than one person may have, however it asks', async () => {
    const { eventId } = await api.createEvent({ maxPerUser: 4, tiers: [tierBody(), tierBody({ tierId: 'vip' })] });
    const tiers = ['standard', 'vip'];
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, n) => book(thief, eventId, 1, { tierId: tiers[n % 2], hold: n % 3 === 0 })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(4);
    expect(answers.every(({ json }) => json.code === undefined || json.code === 'purchase-limit')).toBe(true);
  });

  it('a script that buys and buys is stopped within the minute', async () => {
    const [script, { eventId }] = [await api.registerUser(), await api.createEvent()];
    const { quota } = limits.rates.bookings;
    const answers: Received[] = [];
    for (let n = 0; n < quota + 30; n += 10) {
      answers.push(...(await Promise.all(Array.from({ length: 10 }, () => book(script, eventId)))));
    }
    // A minute that is longer than this loop lets a few more through.
    const booked = answers.filter(({ status }) => status === 201).length;
    expect(booked).toBeGreaterThan(quota / 2);
    expect(booked).toBeLessThanOrEqual(quota + 10);
    expect(answers.some(({ json }) => json.code === 'rate-limited')).toBe(true);
  });

  it('a person who holds nearly everything and lets go again and again is stopped', async () => {
    const [hoarder, { eventId }] = [
      await api.registerUser(),
      await api.createEvent({ tiers: [tierBody({ capacity: 10 })] }),
    ];
    const { quota } = limits.rates.holds;
    for (let n = 0; n < quota; n += 1) {
      const held = await book(hoarder, eventId, 9, { hold: true });
      expect(held.status, held.text).toBe(201);
      await send(`DELETE /bookings/${held.json.bookingId}`, { token: hoarder.accessToken });
    }
    const refused = await book(hoarder, eventId, 9, { hold: true });
    expect([refused.status, refused.json.policy]).toEqual([429, 'holds']);
    expect((await book(buyer, eventId, 9)).status).toBe(201);
  });
});

describe('API7:2023 Server Side Request Forgery', () => {
  it('nothing that a client sends makes the service call an address', async () => {
    const called: string[] = [];
    await using trap = await listen((request, response) => {
      called.push(String(request.url));
      response.end('caught');
    });
    const { url } = trap;
    const texts = {
      name: `${url}/name`,
      description: `<img src="${url}/description"> ${url}/text`,
      category: `${url}/c`,
    };
    const venue = { name: `${url}/venue`, city: `${url}/city`, address: `${url}/address` };
    const created = await send('POST /organizer/events', {
      token: organizer.accessToken,
      body: eventBody({ ...texts, venue }),
      headers: { host: new URL(url).host, 'x-forwarded-host': new URL(url).host, referer: url, origin: url },
    });
    expect(created.status, created.text).toBe(201);
    const { eventId } = created.json;
    await send('PATCH /users/me', { token: thief.accessToken, body: { name: `${url}/me` } });
    const booked = await book(thief, eventId);
    // The notification and its email have these texts in them.
    await eventually(async () => {
      const { json } = await send('GET /notifications', { token: thief.accessToken });
      expect(json.items.map((item: { eventId: string }) => item.eventId)).toContain(eventId);
    });
    await send(`GET /events?q=${encodeURIComponent(url)}`);
    await send(`GET /docs/${encodeURIComponent(`${url}/asset.js`)}`);
    await send(`GET /problems/${encodeURIComponent(url)}`);
    expect(booked.status).toBe(201);
    expect(called).toEqual([]);
  });
});

describe('API8:2023 Security Misconfiguration', () => {
  const samples = () => ({
    success: send('GET /events'),
    personal: send('GET /bookings', { token: buyer.accessToken }),
    problem: send('GET /nothing'),
    refusal: send('POST /bookings', { token: buyer.accessToken, body: 'x' }),
    page: send('GET /docs'),
  });

  it('every answer forbids guessing of types, and what is personal is kept by nobody', async () => {
    for (const [name, answer] of Object.entries(samples())) {
      const { headers } = await answer;
      expect([name, headers.get('x-content-type-options')]).toEqual([name, 'nosniff']);
      expect([name, headers.get('strict-transport-security')]).toEqual([name, 'max-age=31536000']);
      for (const header of ['server', 'x-powered-by', 'via']) expect([name, headers.get(header)]).toEqual([name, null]);
    }
    const { personal, problem, page } = samples();
    expect((await personal).headers.get('cache-control')).toBe('no-store');
    expect((await problem).headers.get('cache-control')).toBe('no-store');
    expect((await page).headers.get('content-security-policy')).toContain("default-src 'none'");
    expect((await page).headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  });

  it('no other site may read an answer with the help of a browser', async () => {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
    for (const answer of [await send('GET /events', { headers }), await send('OPTIONS /bookings', { headers })]) {
      for (const [name] of answer.headers) expect(name).not.toMatch(/^access-control-/);
    }
    expect((await send('OPTIONS /bookings', { headers })).status).toBe(405);
  });

  it('methods that nobody needs are refused, and errors tell nothing of the inside', async () => {
    for (const method of ['TRACE', 'PUT', 'PROPFIND', 'OPTIONS', 'LOCK']) {
      const answer = await sendRaw(api.stack.outputs.apiUrl, method, '/events');
      expect([method, answer.status, answer.headers.allow]).toEqual([method, 405, 'GET']);
    }
    const broken = [
      await send('POST /auth/login', { body: '{"email":' }),
      await send('GET /events?cursor=AAAA'),
      await send('GET /events/%00'),
      await send('POST /auth/confirm', { body: { email: 'x@example.com', code: '1' } }),
    ];
    for (const { status, text } of broken) {
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
      expect(text).not.toMatch(/ at |\.m?js|\.ts:|node_modules|Exception|arn:aws|dynamodb/i);
    }
  });
});

describe('API9:2023 Improper Inventory Management', () => {
  it('the routes that are deployed are those of the contract and of the published document, and no others', async () => {
    const routes = api.stack.template.of('AWS::ApiGatewayV2::Route').map(({ properties }) => properties.RouteKey);
    const contract = operations.map(({ method, path }) => `${method} ${path}`);
    const { json } = await send('GET /openapi.json');
    const documented = Object.entries<object>(json.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(routes.filter((route) => route !== '$default').sort()).toEqual(contract.toSorted());
    expect(documented.sort()).toEqual(contract.toSorted());
  });

  it('no other path answers: no old version, no backdoor, no leftover', async () => {
    const paths = [
      ...[
        '/v1/events',
        '/v2/events',
        '/api/events',
        '/dev/events',
        '/$default/events',
        '/events.json',
        '/test',
        '/debug',
      ],
      ...[
        '/admin',
        '/admin/',
        '/organizer',
        '/auth',
        '/users',
        '/health',
        '/metrics',
        '/status',
        '/actuator/env',
        '/console',
      ],
      ...[
        '/.env',
        '/.git/config',
        '/.well-known/security.txt',
        '/package.json',
        '/index.mjs',
        '/index.mjs.map',
        '/graphql',
      ],
      ...[
        '/swagger.json',
        '/openapi.yaml',
        '/docs/index.html',
        '/docs/../index.mjs',
        '/docs/..%2findex.mjs',
        '/problems/',
      ],
    ];
    for (const path of paths) {
      const answer = await sendRaw(api.stack.outputs.apiUrl, 'GET', path);
      expect([path, answer.status]).toEqual([path, 404]);
    }
  });
});

describe('API10:2023 Unsafe Consumption of APIs', () => {
  it('what the user pool says in its own words reaches nobody', async () => {
    const answers = [
      await send('POST /auth/login', { body: { email: buyer.email, password: 'not the password' } }),
      await send('POST /auth/confirm', { body: { email: buyer.email, code: '999999' } }),
      await send('POST /auth/refresh', { body: { refreshToken: 'not.a.token' } }),
    ];
    for (const { status, text } of answers) {
      expect([400, 401]).toContain(status);
      expect(text).not.toMatch(/Exception|Cognito|user pool|__type|incorrect username/i);
    }
  });

  const hostile: Record<string, RequestListener> = {
    'a page of HTML': (_, response) => response.writeHead(200).end('<html><script>alert(1)</script></html>'),
    'an error with secrets in it': (_, response) =>
      response
        .writeHead(500)
        .end('{"__type":"InternalErrorException","message":"arn:aws:secret at /var/task/index.mjs"}'),
    'an unknown error': (_, response) =>
      response.writeHead(400).end('{"__type":"EvilException","message":"<script>alert(1)</script>"}'),
    'nothing of what was asked for': (_, response) => response.writeHead(200).end('{}'),
    'a token that is none': (_, response) =>
      response
        .writeHead(200)
        .end('{"AuthenticationResult":{"AccessToken":"<script>","RefreshToken":"x","ExpiresIn":9}}'),
    'a redirect': (_, response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
    'the end of the connection': (request) => request.socket.destroy(),
  };
  it.each(Object.keys(hostile))('a user pool that answers with %s is not believed and not passed on', async (name) => {
    await using pool = await listen(hostile[name] as RequestListener);
    const { dynamodbEndpoint, tableName, region } = api.stack.outputs;
    vi.stubEnv('AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER', pool.url);
    vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', dynamodbEndpoint);
    vi.stubEnv('AWS_REGION', region);
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
    vi.stubEnv('TABLE_NAME', tableName);
    vi.stubEnv('USER_POOL_CLIENT_ID', 'client');
    vi.stubEnv('POWERTOOLS_TRACE_ENABLED', 'false');
    vi.resetModules();
    const { handler } = await import('../../functions/entry/account.ts');
    const body = JSON.stringify({ email: 'ada@example.com', password: 'correct horse battery staple' });
    const http = { method: 'POST', path: '/auth/login', sourceIp: '203.0.113.7', protocol: 'HTTP/1.1', userAgent: '' };
    const event = {
      routeKey: 'POST /auth/login',
      rawPath: '/auth/login',
      headers: { 'content-type': 'application/json' },
      requestContext: { requestId: 'r', http, timeEpoch: Date.now() },
      body,
      isBase64Encoded: false,
    } as unknown as Parameters<typeof handler>[0];
    const context = { awsRequestId: 'l', getRemainingTimeInMillis: () => 10_000 } as Context;
    const answer = await handler(event, context);
    vi.unstubAllEnvs();
    expect([401, 500, 503]).toContain(answer.statusCode);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.body).not.toMatch(/script|secret|arn:aws|var\/task|Exception|169\.254/);
  });
});

it('none of it was a fault of a function', () => expect(api.logged).toEqual([]));

/** A server on a free port of this machine, closed at the end of the block. */
async function listen(listener: RequestListener): Promise<AsyncDisposable & { url: string }> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
