import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deleteDataDir, openDataDir } from '../../local/data-dir.ts';
import { findDynoxide } from '../../local/dynoxide.ts';
import { readSettings } from '../../local/settings.ts';

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'evently-unit-'));
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

describe('a data directory', () => {
  test('gives the same ids at every start, and others in another directory', () => {
    const ids = ['one', 'one', 'two'].map((name) => {
      const directory = openDataDir(join(parent, name));
      directory.release();
      return [directory.id('a', 12), directory.id('b', 12)];
    });
    expect(ids[0]).toEqual(ids[1]);
    expect(new Set(ids.flat()).size).toBe(4);
  });

  test('serves one stack at a time, and is not deleted under it', () => {
    const path = join(parent, 'data');
    const first = openDataDir(path);
    const message = `A local stack is running on ${path} already; stop it first.`;
    expect(() => openDataDir(path)).toThrow(message);
    expect(() => deleteDataDir(path)).toThrow(message);
    first.release();
    expect(deleteDataDir(path)).toBe(true);
    expect(existsSync(path)).toBe(false);
    expect(deleteDataDir(path)).toBe(false);
  });

  test('that holds something else is neither used nor deleted', () => {
    writeFileSync(join(parent, 'thesis.txt'), 'years of work');
    expect(() => openDataDir(parent)).toThrow(`${parent} holds something else than the data of a local stack`);
    expect(() => deleteDataDir(parent)).toThrow('holds something else');
    expect(existsSync(join(parent, 'thesis.txt'))).toBe(true);
  });
});

test('a missing database binary is told in one sentence with the remedy', () => {
  expect(() => findDynoxide({ platform: 'plan9', arch: 'mips', path: parent })).toThrow(
    'The embedded database is missing: run "npm install --no-save @dynoxide/plan9-mips", put a dynoxide binary on PATH, or set DYNAMODB_ENDPOINT to another DynamoDB.',
  );
  writeFileSync(join(parent, 'dynoxide'), '', { mode: 0o755 });
  const path = `/nowhere:${parent}`;
  expect(findDynoxide({ platform: 'plan9', arch: 'mips', path })).toBe(join(parent, 'dynoxide'));
});

test('settings that are no numbers are told in one sentence', () => {
  expect(readSettings({})).toEqual({ port: 3000, dataDir: '.evently' });
  expect(readSettings({ PORT: '0', EVENTLY_DATA: 'd', DYNAMODB_ENDPOINT: 'http://h', EVENTLY_INSTANCES: '3' })).toEqual(
    {
      port: 0,
      dataDir: 'd',
      dynamodbEndpoint: 'http://h',
      maxInstances: 3,
    },
  );
  expect(() => readSettings({ PORT: 'abc' })).toThrow('PORT is "abc", but has to be a whole number from 0 to 65535.');
  expect(() => readSettings({ EVENTLY_INSTANCES: '0' })).toThrow('EVENTLY_INSTANCES is "0"');
});
