import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { limited } from '../../functions/api/limited.ts';
import type { RequestOf } from '../../functions/api/request.ts';
import { limits } from '../../functions/domain/limits.ts';
import { clientNetwork } from '../../functions/shared/client-address.ts';
import { keepPace } from '../../functions/shared/instance-pace.ts';
import { logger } from '../../functions/shared/logger.ts';
import { ratePolicy } from '../../functions/shared/rate-policies.ts';
import { documents } from '../../functions/store/client.ts';
import { rateLimitsText, rateNames } from '../../lib/rate-limits.ts';
import { tokenBucket } from '../../local/throttle.ts';

vi.stubEnv('TABLE_NAME', 'evently-test');
const table = mockClient(documents);
const warned = vi.spyOn(logger, 'warn').mockReturnValue();
const counts = new Map<string, number>();

beforeEach(() => {
  table.reset();
  counts.clear();
  warned.mockClear();
  vi.useFakeTimers({ now: Date.parse('2030-01-01T00:00:00Z'), toFake: ['Date'] });
  table.on(UpdateCommand).callsFake(({ Key }) => {
    const key = `${Key.pk} ${Key.sk}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
    return { Attributes: { happened: counts.get(key) } };
  });
  table.on(GetCommand).callsFake(({ Key }) => ({ Item: { happened: counts.get(`${Key.pk} ${Key.sk}`) ?? 0 } }));
});
afterEach(() => {
  vi.useRealTimers();
  vi.stubEnv('RATE_LIMITS', undefined);
  vi.stubEnv('VIEWER_ADDRESS_HEADER', undefined);
});

let people = 0;
const somebody = () => `person-${++people}@example.com`;
const attempted = vi.fn(async () => ({ status: 202 as const }));
const register = limited<'register'>({ account: 'registrations', address: 'registrations-per-address' }, attempted);
const attempt = (email: string, network = `192.0.2.${email}`) =>
  register({ body: { email, password: 'p', name: 'n' }, network } as RequestOf<'register'>);
const limitedBy = (policy: string, retryAfterSeconds?: number) =>
  expect.objectContaining({
    code: 'rate-limited',
    details: expect.objectContaining({ policy, ...(retryAfterSeconds && { retryAfterSeconds }) }),
  });

describe('attempts to sign in', () => {
  test('are limited for an account, whatever addresses they come from, before anything is done', async () => {
    const email = somebody();
    const { quota } = limits.rates.registrations;
    for (let n = 0; n < quota; n += 1) await attempt(email, `192.0.2.${n}`);
    attempted.mockClear();
    await expect(attempt(email, '192.0.2.99')).rejects.toEqual(limitedBy('registrations'));
    expect(attempted).not.toHaveBeenCalled();
    await expect(attempt(somebody())).resolves.toMatchObject({ status: 202 });
  });

  test('are limited for an address, whatever accounts they are for', async () => {
    vi.stubEnv('RATE_LIMITS', '{"registrations-per-address":3}');
    for (let n = 0; n < 3; n += 1) await attempt(somebody(), '198.51.100.7');
    await expect(attempt(somebody(), '198.51.100.7')).rejects.toEqual(limitedBy('registrations-per-address'));
    await expect(attempt(somebody(), '198.51.100.8')).resolves.toMatchObject({ status: 202 });
  });

  test('tell how many remain, by policy', async () => {
    vi.stubEnv('RATE_LIMITS', '{"registrations":5,"registrations-per-address":9}');
    const { headers } = await attempt(somebody(), '198.51.100.20');
    expect(headers).toEqual({
      'ratelimit-policy': '"registrations";q=5;w=3600, "registrations-per-address";q=9;w=60',
      ratelimit: '"registrations";r=4;t=3600, "registrations-per-address";r=8;t=60',
    });
  });

  test('cost one write for each limit, and none once the instance knows that the quota is used up', async () => {
    vi.stubEnv('RATE_LIMITS', '{"registrations":1}');
    const email = somebody();
    await attempt(email, '198.51.100.30');
    expect(table.commandCalls(UpdateCommand)).toHaveLength(2);
    await expect(attempt(email, '198.51.100.31')).rejects.toEqual(limitedBy('registrations', 7_200));
    const before = table
      .commandCalls(UpdateCommand)
      .filter(({ args }) => `${args[0].input.Key?.pk}`.includes('#registrations#'));
    await expect(attempt(email, '198.51.100.32')).rejects.toEqual(limitedBy('registrations'));
    const after = table
      .commandCalls(UpdateCommand)
      .filter(({ args }) => `${args[0].input.Key?.pk}`.includes('#registrations#'));
    expect(after).toHaveLength(before.length);
  });

  test('are let in again when the time is over that the refusal has told', async () => {
    vi.stubEnv('RATE_LIMITS', '{"registrations":2}');
    const email = somebody();
    for (let n = 0; n < 2; n += 1) await attempt(email);
    const refusal = await attempt(email).catch((error: unknown) => error);
    expect(refusal).toEqual(limitedBy('registrations'));
    const { retryAfterSeconds } = (refusal as { details: { retryAfterSeconds: number } }).details;
    vi.setSystemTime(Date.now() + retryAfterSeconds * 1_000);
    await expect(attempt(email)).resolves.toMatchObject({ status: 202 });
  });

  test('go on where the table does not answer, and that is noted without a name in it', async () => {
    table.on(UpdateCommand).rejects(Object.assign(new Error('down'), { name: 'InternalServerError' }));
    const email = somebody();
    await expect(attempt(email)).resolves.toEqual({ status: 202, headers: {} });
    expect(JSON.stringify(warned.mock.calls)).toContain('InternalServerError');
    expect(JSON.stringify(warned.mock.calls)).not.toContain(email);
  });

  test('leave no address and no account in the table', async () => {
    const email = somebody();
    await attempt(email, '203.0.113.77');
    const keys = JSON.stringify(table.commandCalls(UpdateCommand).map(({ args }) => args[0].input));
    expect(keys).not.toContain(email);
    expect(keys).not.toContain('203.0.113.77');
  });
});

describe('the pace of a person at one instance', () => {
  const policy = { name: 'bookings', quota: 4, windowSeconds: 60 } as const;
  const start = Date.parse('2030-01-01T00:00:00Z');

  test('is limited, and that of others is not', () => {
    for (let n = 0; n < 4; n += 1) keepPace(policy, 'ada', start);
    expect(() => keepPace(policy, 'ada', start)).toThrow(limitedBy('bookings', 75));
    keepPace(policy, 'bob', start);
    keepPace({ ...policy, name: 'waitlist-joins' }, 'ada', start);
  });

  test('is forgotten little by little', () => {
    for (let n = 0; n < 4; n += 1) keepPace(policy, 'eve', start);
    expect(() => keepPace(policy, 'eve', start + 60_000)).toThrow(limitedBy('bookings', 15));
    keepPace(policy, 'eve', start + 75_000);
    expect(() => keepPace(policy, 'eve', start + 75_000)).toThrow(limitedBy('bookings'));
    keepPace(policy, 'eve', start + 300_000);
  });
});

describe('the network of a request', () => {
  const from = (sourceIp: string, headers: Record<string, string> = {}) =>
    clientNetwork({ headers, requestContext: { http: { sourceIp } } });

  test('is its IPv4 address, or the half of its IPv6 address that belongs to one connection', () => {
    expect(from('203.0.113.7')).toBe('203.0.113.7');
    expect(from('::ffff:203.0.113.7')).toBe('203.0.113.7');
    expect(from('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64');
    expect(from('2001:DB8:0001:2::9')).toBe('2001:db8:1:2::/64');
    expect(from('2001:db8::1')).toBe('2001:db8:0:0::/64');
    expect(from('::1')).toBe('0:0:0:0::/64');
  });

  test('is not what a header says, unless the edge sets that header', () => {
    const claimed = { 'cloudfront-viewer-address': '198.51.100.1:443', 'x-forwarded-for': '198.51.100.2' };
    expect(from('203.0.113.7', claimed)).toBe('203.0.113.7');
    vi.stubEnv('VIEWER_ADDRESS_HEADER', 'cloudfront-viewer-address');
    expect(from('203.0.113.7', claimed)).toBe('198.51.100.1');
    expect(from('203.0.113.7', { 'cloudfront-viewer-address': '2001:db8:1:2:3:4:5:6:443' })).toBe('2001:db8:1:2::/64');
    expect(from('203.0.113.7', { 'cloudfront-viewer-address': '[2001:db8::1]:443' })).toBe('2001:db8:0:0::/64');
    expect(from('203.0.113.7')).toBe('203.0.113.7');
  });
});

describe('quotas', () => {
  test('of the context reach the functions under the names that these know', () => {
    expect([...rateNames].sort()).toEqual(Object.keys(limits.rates).sort());
    const quotas = rateLimitsText.parse('bookings:7, logins-per-address:500');
    vi.stubEnv('RATE_LIMITS', JSON.stringify(quotas));
    expect(ratePolicy('bookings')).toEqual({ name: 'bookings', quota: 7, windowSeconds: 60 });
    expect(ratePolicy('logins-per-address').quota).toBe(500);
    expect(ratePolicy('logins').quota).toBe(limits.rates.logins.quota);
  });

  test.each(['bookings', 'bookings:', 'bookings:0', 'bookings:x', 'others:3', 'bookings:1:2:', ''])(
    'are not "%s"',
    (text) => {
      expect(rateLimitsText.safeParse(text).success).toBe(false);
    },
  );
});

test('the gateway’s bucket lets a burst through, and then so many a second', () => {
  let now = 0;
  const take = tokenBucket({ rate: 10, burst: 3 }, () => now);
  expect([take(), take(), take(), take()]).toEqual([true, true, true, false]);
  now = 99;
  expect(take()).toBe(false);
  now = 200;
  expect([take(), take(), take()]).toEqual([true, true, false]);
  now = 100_000;
  expect([take(), take(), take(), take()]).toEqual([true, true, true, false]);
});
