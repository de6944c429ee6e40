import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shardKey } from '../../functions/store/keys.ts';
import type { StackOutputs } from '../../local/outputs.ts';
import { startStack } from '../../local/stack.ts';

let directory: string;
let none: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'evently-rush-'));
  // An empty data directory, so that a stack which happens to be running is not found.
  none = join(directory, 'none');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Ended {
  code: number | string | null | undefined;
  stdout: string;
  stderr: string;
}

function run(script: string, args: string[] = [], dataDir = none): Promise<Ended> {
  const env = { ...process.env, EVENTLY_DATA: dataDir };
  return new Promise((resolve) => {
    execFile(process.execPath, [join('bench', script), ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }),
    );
  });
}

describe('npm run rush', () => {
  test('starts a stack to throw away, sells every seat once, and says so', { timeout: 120_000 }, async () => {
    const { code, stdout, stderr } = await run('rush.ts', ['--clients=20', '--requests=120', '--capacity=50']);
    expect(stdout, stderr).toContain('Check passed: sold = capacity (50), oversold 0, lost 0.');
    expect(stdout).toMatch(/confirmed\W+50\W/);
    expect(stdout).toMatch(/sold out\W+70\W/);
    expect(code).toBe(0);
  });

  test('gives seats that are given back to those in line, and verifies the table', { timeout: 240_000 }, async () => {
    const args = ['--clients=20', '--requests=150', '--capacity=40', '--quantity=3', '--cancel', '--waitlist'];
    const { code, stdout, stderr } = await run('rush.ts', args);
    expect(stdout, stderr).toMatch(/^Check passed: .*, oversold 0, lost 0\.$/m);
    expect(stdout).toMatch(/promoted\W+[1-9]/);
    expect(stdout).toContain('Table verified: every invariant holds');
    expect(code).toBe(0);
  });

  test('ends with 2 and one sentence for a number that is none', { timeout: 30_000 }, async () => {
    const { code, stdout, stderr } = await run('rush.ts', ['--clients', 'many']);
    expect({ code, stdout, lines: stderr.trim().split('\n') }).toEqual({
      code: 2,
      stdout: '',
      lines: ['--clients is "many", but has to be a whole number from 1 to 10000.'],
    });
  });
});

describe('npm run verify', () => {
  test('ends with 2 and one sentence where no stack is running', { timeout: 30_000 }, async () => {
    const { code, stderr } = await run('verify.ts');
    expect(stderr.trim()).toBe('No local stack is running: start one with "npm start", or name a --table.');
    expect(code).toBe(2);
  });

  test('passes after a rush on the running stack, and finds a seat that is damaged', { timeout: 120_000 }, async () => {
    const dataDir = join(directory, 'running');
    const stack = await startStack({ port: 0, dataDir });
    try {
      const rush = await run('rush.ts', ['--clients=20', '--requests=60', '--capacity=120', '--quantity=4'], dataDir);
      expect(rush.stdout, rush.stderr).toContain('on the running stack');
      expect(rush.code).toBe(0);
      const healthy = await run('verify.ts', [], dataDir);
      expect(healthy.stdout, healthy.stderr).toContain('Every invariant holds.');
      expect(healthy.code).toBe(0);

      const eventId = /evt_\w+/.exec(rush.stdout)?.[0] ?? '';
      await loseSeat(stack.outputs, eventId);
      const damaged = await run('verify.ts', [], dataDir);
      expect(damaged.stdout, damaged.stderr).toMatch(/^shard balance: EVENT#evt_.*SHARD#00 \/ INVENTORY: /m);
      expect(damaged.code).toBe(1);
    } finally {
      await stack.stop();
    }
  });
});

async function loseSeat({ dynamodbEndpoint, tableName }: StackOutputs, eventId: string): Promise<void> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint: dynamodbEndpoint, region: 'us-east-1', credentials });
  const command = new UpdateItemCommand({
    TableName: tableName,
    Key: marshall(shardKey(eventId, 'standard', 0)),
    UpdateExpression: 'SET available = available - :one',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeValues: marshall({ ':one': 1 }),
  });
  await client.send(command);
  client.destroy();
}
