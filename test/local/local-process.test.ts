import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { startStack } from '../../local/stack.ts';
import { synthesizeOnce } from '../support/assembly-dir.ts';
import { createClient } from '../support/client.ts';
import { fakeTemplate, writeAssembly } from '../support/fake-assembly.ts';
import { deleteTable, testDatabase } from '../support/stack.ts';

let dataDir: string;
const started: ChildProcess[] = [];
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'evently-process-'));
});
afterEach(async () => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  await untilNobodyUses(dataDir);
  rmSync(dataDir, { recursive: true, force: true });
});

/** `npm start` and its like, with what they print. */
function run(script: 'start' | 'reset', environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, [join('local', `${script}.ts`)], {
    env: { ...process.env, EVENTLY_DATA: dataDir, PORT: '0', ...environment },
  });
  started.push(child);
  const printed = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    printed.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    printed.err += chunk;
  });
  return { child, printed, ended: once(child, 'close').then(([code]) => code as number | null) };
}

async function untilPrinted({ printed, ended }: ReturnType<typeof run>, text: string): Promise<void> {
  let isRunning = true;
  ended.finally(() => {
    isRunning = false;
  });
  while (!printed.out.includes(text)) {
    if (!isRunning) throw new Error(`It ended without printing "${text}": ${printed.out}${printed.err}`);
    await wait(20);
  }
}

/** Processes that were given a path, except this one. */
function processesWith(path: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .flatMap((pid) => {
      try {
        const commandLine = readFileSync(join('/proc', pid, 'cmdline'), 'utf8').replaceAll('\0', ' ');
        return commandLine.includes(path) ? [commandLine] : [];
      } catch {
        // It ended while the list was read.
        return [];
      }
    });
}

async function untilNobodyUses(path: string): Promise<string[]> {
  const deadline = Date.now() + 3_000;
  while (processesWith(path).length > 0 && Date.now() < deadline) await wait(20);
  return processesWith(path);
}

describe.skipIf(process.platform !== 'linux')('npm start', { timeout: 120_000 }, () => {
  test('says what it found and what to paste, which books; Ctrl-C leaves no process behind', async () => {
    const stack = run('start');
    await untilPrinted(stack, 'Ctrl-C');
    expect(stack.printed.out).toMatch(
      /Found in the template: \d+ routes, \d+ functions, 1 table, 1 user pool, \d+ queues, 2 pipes, \d+ rules\./,
    );
    const outputs = JSON.parse(readFileSync(join(dataDir, 'outputs.json'), 'utf8'));
    expect(Object.keys(outputs)).toEqual([
      'apiUrl',
      'region',
      'userPoolId',
      'userPoolClientId',
      'confirmationCode',
      'adminAccessKeyId',
      'adminSecretAccessKey',
      'strangerAccessKeyId',
      'strangerSecretAccessKey',
      'tableName',
      'dynamodbEndpoint',
      'sqsEndpoint',
      'inboxUrl',
    ]);

    const line = stack.printed.out.split('\n').find((text) => text.startsWith('curl ')) ?? '';
    const shell = spawn('bash', ['-c', line]);
    const answer = Buffer.concat(await shell.stdout.toArray()).toString();
    expect(JSON.parse(answer)).toMatchObject({ bookingId: expect.stringMatching(/^bkg_/), quantity: 2 });

    expect(processesWith(dataDir).length).toBeGreaterThanOrEqual(2);
    stack.child.kill('SIGINT');
    expect(await stack.ended).toBe(0);
    expect(processesWith(dataDir)).toEqual([]);
    expect(stack.printed.err).toBe('');
  });

  test('killed without a chance to tidy up, leaves no process behind either', async () => {
    const stack = run('start');
    await untilPrinted(stack, 'Ctrl-C');
    expect(processesWith(dataDir).length).toBeGreaterThanOrEqual(2);
    stack.child.kill('SIGKILL');
    await stack.ended;
    expect(await untilNobodyUses(dataDir)).toEqual([]);
    const reset = run('reset');
    expect([await reset.ended, reset.printed.out]).toEqual([0, `Deleted ${dataDir}.\n`]);
  });

  test('a port in use is one sentence and exit code 1', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const stack = run('start', { PORT: String(port) });
    expect(await stack.ended).toBe(1);
    expect(stack.printed.err).toBe(
      `Port ${port} is in use; stop what uses it, or choose another one with PORT=3001.\n`,
    );
    expect(await untilNobodyUses(dataDir)).toEqual([]);
    other.close();
  });

  test('a second stack on the same data, and a reset under it, are one sentence and exit code 1', async () => {
    const stack = await startStack({ port: 0, dataDir, assemblyDir: await synthesizeOnce(inject('runDir')) });
    try {
      for (const second of [run('start'), run('reset')]) {
        expect(await second.ended).toBe(1);
        expect(second.printed.err).toBe(`A local stack is running on ${dataDir} already; stop it first.\n`);
      }
      expect((await fetch(`${stack.outputs.apiUrl}/health/live`)).status).toBe(200);
    } finally {
      await stack.stop();
    }
  });
});

/** The index without which every write is slower than the one before. */
function indexesOf(file: string): unknown[] {
  const database = new DatabaseSync(file, { readOnly: true });
  const rows = database.prepare("SELECT name FROM sqlite_master WHERE type = 'index'").all();
  database.close();
  return rows.map(({ name }) => name);
}

describe('data', () => {
  test('survive a restart: bookings, accounts, credentials and ids', async () => {
    const assemblyDir = await synthesizeOnce(inject('runDir'));
    const first = await startStack({ port: 0, dataDir, assemblyDir, ...testDatabase() });
    const before = createClient(first.outputs);
    const { accessToken, refreshToken } = await before.registerUser();
    const { eventId } = await before.createEvent();
    const booked = await before.call('POST', '/bookings', { token: accessToken, body: { eventId, quantity: 1 } });
    expect(booked.status).toBe(201);
    await first.stop();

    const second = await startStack({ port: 0, dataDir, assemblyDir, ...testDatabase() });
    try {
      const stable = ({ apiUrl, dynamodbEndpoint, sqsEndpoint, inboxUrl, ...rest }: typeof first.outputs) => rest;
      expect(stable(second.outputs)).toEqual(stable(first.outputs));
      const after = createClient(second.outputs);
      const { json } = await after.call('GET', '/bookings', { token: accessToken });
      expect(json.items).toEqual([booked.json]);
      expect((await after.call('POST', '/auth/refresh', { body: { refreshToken } })).status).toBe(200);
    } finally {
      await second.stop();
      await deleteTable(second);
    }
  });

  test('made for other keys are not used; the stream is indexed', async () => {
    const assemblyOf = (key: string) => {
      const template = fakeTemplate();
      const table = {
        ...template.Resources.Table?.Properties,
        AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
        KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
      };
      return writeAssembly(
        fakeTemplate({ Table: { Type: 'AWS::DynamoDB::GlobalTable', Properties: table } }),
        'export const handler = async () => ({});',
      );
    };
    const [one, other] = [assemblyOf('one'), assemblyOf('other')];
    const stack = await startStack({ port: 0, dataDir, assemblyDir: one });
    const { tableName } = stack.outputs;
    await stack.stop();
    expect(indexesOf(join(dataDir, 'dynamodb.sqlite'))).toContain('evently_stream_order');
    await expect(startStack({ port: 0, dataDir, assemblyDir: other })).rejects.toThrow(
      `The table ${tableName} was made with other keys or indexes than the template has; "npm run reset" deletes it.`,
    );
    expect(await untilNobodyUses(dataDir)).toEqual([]);
    for (const directory of [one, other]) rmSync(directory, { recursive: true, force: true });
  });
});
