import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataStore } from 'cognito-local/lib/services/dataStore/dataStore.js';
import type { DataStoreFactory } from 'cognito-local/lib/services/dataStore/factory.js';
import { withoutReturn } from './cognito-users.ts';

type Tree = Record<string, unknown>;

/**
 * Data of cognito-local in JSON files. Unlike its own store a file is replaced as a whole, so that a kill cannot leave
 * half of one, and changes that arrive while one is being written share the next write: registrations of many people
 * at once stay fast. A change is on disk when its promise resolves.
 */
export function jsonStores(directory: string): DataStoreFactory & { flush(): Promise<void> } {
  mkdirSync(directory, { recursive: true });
  const stores = new Map<string, JsonStore>();
  return {
    create: async (_context, id, defaults) => {
      const store = stores.get(id) ?? withoutReturn(jsonStore(join(directory, `${id}.json`), { ...defaults }));
      stores.set(id, store);
      return store;
    },
    flush: async () => {
      await Promise.all([...stores.values()].map((store) => store.flush()));
    },
  };
}

type JsonStore = DataStore & { flush(): Promise<void> };

function jsonStore(file: string, defaults: Tree): JsonStore {
  const root: Tree = existsSync(file) ? { ...defaults, ...readJson(file) } : defaults;
  const save = groupedWrites(async () => {
    await writeFile(`${file}.new`, JSON.stringify(root));
    await rename(`${file}.new`, file);
  });

  const parentOf = (path: string[]): Tree =>
    path.slice(0, -1).reduce((node, key) => {
      node[key] ??= {};
      return node[key] as Tree;
    }, root);
  const pathOf = (key: string | string[]): [string[], string] => {
    const path = Array.isArray(key) ? key : [key];
    const last = path.at(-1);
    if (last === undefined) throw new RangeError('an empty key names nothing');
    return [path, last];
  };

  return {
    flush: save,
    getRoot: async <T>() => root as T,
    get: async <T>(_context: unknown, key: string | string[], fallback?: T) => {
      const [path, last] = pathOf(key);
      return ((parentOf(path)[last] as T | undefined) ?? fallback ?? null) as T;
    },
    set: async (_context, key, value) => {
      const [path, last] = pathOf(key);
      parentOf(path)[last] = value;
      await save();
    },
    delete: async (_context, key) => {
      const [path, last] = pathOf(key);
      delete parentOf(path)[last];
      await save();
    },
  };
}

/** Runs `write` for every call, but never twice at a time: calls during a run wait for one that starts after it. */
function groupedWrites(write: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const run = (): Promise<void> => {
    running = write().finally(() => {
      running = undefined;
    });
    return running;
  };
  return () => {
    if (!running) return run();
    next ??= running.then(
      () => startNext(),
      () => startNext(),
    );
    return next;
  };
  function startNext(): Promise<void> {
    next = undefined;
    return run();
  }
}

/** cognito-local counts on Date objects in every attribute that is named so. */
function readJson(file: string): Tree {
  return JSON.parse(readFileSync(file, 'utf8'), (key, value) =>
    key.endsWith('Date') && typeof value === 'string' ? new Date(value) : value,
  );
}
