import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { jsonStores } from '../../local/cognito-store.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'evently-users-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

type Context = Parameters<ReturnType<typeof jsonStores>['create']>[0];
const context = {} as Context;
const userOf = (sub: string) => ({ Username: sub, Attributes: [{ Name: 'sub', Value: sub }], RefreshTokens: ['t'] });

test('a sign-in that ends after its user was deleted does not bring the user back', async () => {
  const stores = jsonStores(directory);
  const store = await stores.create(context, 'pool', { Users: {} });
  const key = ['Users', 'ada@example.com'];
  await store.set(context, key, userOf('ada'));
  await store.delete(context, key);
  await store.set(context, key, userOf('ada'));
  expect(await store.get(context, key)).toBeNull();
  expect(await stores.create(context, 'pool', {})).toBe(store);
});

test('the address serves another user afterwards, and other keys are as before', async () => {
  const store = await jsonStores(directory).create(context, 'pool', { Users: {} });
  const key = ['Users', 'ada@example.com'];
  await store.set(context, key, userOf('ada'));
  await store.delete(context, key);
  await store.delete(context, ['Users', 'nobody']);
  await store.set(context, key, userOf('second'));
  await store.set(context, ['Groups', 'organizers'], { Members: ['second'] });
  expect(await store.get(context, key)).toEqual(userOf('second'));
  expect(await (await jsonStores(directory).create(context, 'pool', {})).get(context, 'Groups')).toEqual({
    organizers: { Members: ['second'] },
  });
});
