import { accessSync, constants, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { type Child, freePort, startChild } from './child.ts';
import { codeOf, StackError } from './stack-error.ts';

/**
 * dynoxide numbers a stream record by the highest number so far, and looks for that through the whole table: without
 * this index every write gets slower than the one before.
 */
const streamIndex =
  'CREATE INDEX IF NOT EXISTS evently_stream_order ON _stream_records (table_name, CAST(sequence_number AS INTEGER))';

/** Where to look for the embedded database. */
export interface Machine {
  readonly platform: string;
  readonly arch: string;
  /** The variable PATH. */
  readonly path: string;
}

/**
 * The file of the dynoxide binary: from the npm package of this platform, else from PATH.
 *
 * @throws {StackError} where there is none, with how to get it.
 */
export function findDynoxide(machine: Machine): string {
  const packageName = `@dynoxide/${machine.platform}-${machine.arch}`;
  const name = machine.platform === 'win32' ? 'dynoxide.exe' : 'dynoxide';
  const candidates = machine.path.split(delimiter).map((directory) => join(directory, name));
  try {
    const manifest = createRequire(import.meta.url).resolve(`${packageName}/package.json`);
    candidates.unshift(join(dirname(manifest), name));
  } catch (error) {
    if (codeOf(error) !== 'MODULE_NOT_FOUND') throw error;
  }
  const found = candidates.find(isExecutable);
  if (found) return found;
  throw new StackError(
    `The embedded database is missing: run "npm install --no-save ${packageName}", put a dynoxide binary on PATH, or set DYNAMODB_ENDPOINT to another DynamoDB.`,
  );
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch (error) {
    if (['ENOENT', 'EACCES', 'ENOTDIR'].includes(String(codeOf(error)))) return false;
    throw error;
  }
}

export interface Dynoxide extends Child {
  readonly endpoint: string;
  /** The SQLite database behind it. */
  readonly file: string;
}

/**
 * Starts dynoxide on a database file and waits until it answers.
 *
 * @throws {StackError} with what it printed, where it ends or says nothing for five seconds.
 */
export async function startDynoxide(directory: string, machine: Machine): Promise<Dynoxide> {
  const binary = findDynoxide(machine);
  const logFile = join(directory, 'dynamodb.log');
  const file = join(directory, 'dynamodb.sqlite');
  // Another program may take the port between its choice and its use.
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const child = startChild({
      program: binary,
      args: ['serve', '--port', String(port), '--db-path', file],
      // SQLite writes one transaction at a time anyway; more threads only take turns at its locks, for 20 % more work.
      environment: { TOKIO_WORKER_THREADS: '1' },
      logFile,
    });
    const endpoint = `http://127.0.0.1:${port}`;
    if (await isUp(child, endpoint)) {
      indexStream(file);
      return { ...child, endpoint, file };
    }
    await child.stop();
    if (attempt === 3) throw new StackError(`The embedded database does not start: ${lastLine(logFile)}`);
  }
}

async function isUp({ process }: Child, endpoint: string): Promise<boolean> {
  const deadline = Date.now() + 5_000;
  while (process.exitCode === null && Date.now() < deadline) {
    if (await answers(endpoint)) return process.exitCode === null;
    await wait(10);
  }
  return false;
}

async function answers(endpoint: string): Promise<boolean> {
  try {
    await fetch(endpoint, { method: 'HEAD' });
    return true;
  } catch (error) {
    // fetch wraps every failure to connect in a TypeError.
    if (error instanceof TypeError) return false;
    throw error;
  }
}

function indexStream(file: string): void {
  const database = new DatabaseSync(file, { timeout: 5_000 });
  try {
    database.exec(streamIndex);
  } finally {
    database.close();
  }
}

function lastLine(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').at(-1) ?? '';
}
