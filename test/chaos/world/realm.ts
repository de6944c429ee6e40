import * as nodeCrypto from 'node:crypto';
import { createRequire } from 'node:module';
import type { Random } from '../../support/faulty-dynamodb/types.ts';
import type { Given } from './code.ts';
import { bytesFrom } from './randomness.ts';

export interface RealmSettings {
  readonly env: Readonly<Record<string, string>>;
  readonly random: Random;
  readonly now: () => number;
  /** Timers of the instance. @returns what forgets it */
  readonly after: (ms: number, act: () => void) => () => void;
  readonly sendToDatabase: (request: unknown) => Promise<unknown>;
}

const load = createRequire(import.meta.url);

/** Would reach outside the process, or tell the machine's time; asked for by the SDK, and never needed. */
const forbidden: ReadonlySet<string> = new Set(['child_process', 'http', 'https', 'http2', 'net', 'tls', 'dns']);

/** The world as an instance sees it: its time, luck and environment are those of the history. */
export function createRealm({ env, random, now, after, sendToDatabase }: RealmSettings): Given {
  const crypto = cryptoOf(random);
  const timers = timersOf(after);
  const date = dateOf(() => Math.floor(now()));
  const math = Object.create(Math, { random: { value: random } });
  const process = Object.create(globalThis.process, { env: { value: { ...env } } });
  const performance = { now: () => now() };
  const promises = {
    setTimeout: (ms: number, value: unknown) => new Promise((resolve) => timers.setTimeout(() => resolve(value), ms)),
    setImmediate: (value: unknown) => new Promise((resolve) => timers.setImmediate(() => resolve(value))),
  };
  const absent = () => Promise.reject(Object.assign(new Error('no such file'), { code: 'ENOENT' }));
  const files = { readFile: absent, promises: { readFile: absent } };
  const modules: Readonly<Record<string, unknown>> = {
    crypto,
    timers: { ...timers, promises },
    'timers/promises': promises,
    fs: { ...files, readFileSync: () => '' },
    'fs/promises': files,
    process,
  };
  const require = (name: string): unknown => {
    const plain = name.replace(/^node:/, '');
    if (modules[plain] !== undefined) return modules[plain];
    return forbidden.has(plain) ? {} : load(name);
  };
  const given = { require, process, Date: date, Math: math, crypto, performance, ...timers, sendToDatabase };
  const own = Object.entries(given).map(([name, value]) => [name, { value, writable: true, configurable: true }]);
  return { ...given, module: undefined, globalThis: Object.create(globalThis, Object.fromEntries(own)) };
}

function dateOf(now: () => number): unknown {
  const RealDate = Date;
  return class VirtualDate extends RealDate {
    constructor(...args: unknown[]) {
      super(...((args.length === 0 ? [now()] : args) as [number]));
    }
    static override now(): number {
      return now();
    }
    static override [Symbol.hasInstance](value: unknown): boolean {
      return value instanceof RealDate;
    }
  };
}

function cryptoOf(random: Random): object {
  const randomUUID = () => {
    const hex = bytesFrom(random, 16).toString('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
  };
  const getRandomValues = (array: Uint8Array) => {
    array.set(bytesFrom(random, array.length));
    return array;
  };
  return Object.create(nodeCrypto, {
    randomUUID: { value: randomUUID, enumerable: true },
    getRandomValues: { value: getRandomValues, enumerable: true },
    randomBytes: { value: (count: number) => bytesFrom(random, count), enumerable: true },
    webcrypto: { value: { getRandomValues, randomUUID }, enumerable: true },
  });
}

function timersOf(after: RealmSettings['after']) {
  class Timer {
    readonly forget: () => void;
    constructor(forget: () => void) {
      this.forget = forget;
    }
    unref(): this {
      return this;
    }
    ref(): this {
      return this;
    }
  }
  const setTimeout = (act: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
    new Timer(after(ms, () => act(...args)));
  const clearTimeout = (timer: unknown) => {
    if (timer instanceof Timer) timer.forget();
  };
  const setImmediate = (act: (...args: unknown[]) => void, ...args: unknown[]) => setTimeout(act, 0, ...args);
  const setInterval = () => {
    throw new Error('no function has an interval');
  };
  return {
    setTimeout,
    clearTimeout,
    setInterval,
    clearInterval: clearTimeout,
    setImmediate,
    clearImmediate: clearTimeout,
  };
}
