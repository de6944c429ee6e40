import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StackError } from './stack-error.ts';

const LOCK = 'lock';
const SEED = 'seed';
const SQLITE_BUSY = 5;

/** Where a stack keeps everything that survives it, and where its stable names and credentials come from. */
export interface DataDir {
  readonly path: string;
  /** An id made of `alphabet`, the same for the same `purpose` as long as the directory lives. */
  id(purpose: string, length: number, alphabet?: string): string;
  /** Lets another stack use the directory. */
  release(): void;
}

const LETTERS_AND_DIGITS = 'abcdefghijklmnopqrstuvwxyz0123456789';

/**
 * Takes a data directory for this process, and makes it where there is none.
 *
 * @throws {StackError} where another stack runs on it, or where it holds something else.
 */
export function openDataDir(path: string): DataDir {
  const directory = resolve(path);
  mkdirSync(directory, { recursive: true });
  refuseForeign(directory);
  const lock = takeLock(directory);
  const seedFile = join(directory, SEED);
  if (!existsSync(seedFile)) writeFileSync(seedFile, randomBytes(32).toString('hex'), { mode: 0o600 });
  return { path: directory, id: idsOf(directory), release: () => lock.close() };
}

/** The ids of a data directory, see `DataDir.id`; for a process that was told to work on it. */
export function idsOf(directory: string): DataDir['id'] {
  const seed = readFileSync(join(directory, SEED), 'utf8');
  return (purpose, length, alphabet = LETTERS_AND_DIGITS) => {
    const bytes = createHmac('sha512', seed).update(purpose).digest();
    return Array.from(bytes.subarray(0, length), (byte) => alphabet[byte % alphabet.length]).join('');
  };
}

/**
 * Deletes a data directory.
 *
 * @returns whether there was one.
 * @throws {StackError} as `openDataDir`.
 */
export function deleteDataDir(path: string): boolean {
  if (!existsSync(path)) return false;
  const directory = openDataDir(path);
  directory.release();
  rmSync(directory.path, { recursive: true, force: true });
  return true;
}

/** So that a mistyped directory is neither filled nor deleted. */
function refuseForeign(directory: string): void {
  const names = readdirSync(directory);
  if (names.length > 0 && !names.includes(SEED) && !names.includes(LOCK)) {
    throw new StackError(`${directory} holds something else than the data of a local stack; choose another directory.`);
  }
}

/** A lock of the operating system through SQLite: unlike a pid file it ends with its process, however that ends. */
function takeLock(directory: string): DatabaseSync {
  const lock = new DatabaseSync(join(directory, LOCK), { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) {
      throw new StackError(`A local stack is running on ${directory} already; stop it first.`);
    }
    throw error;
  }
}
