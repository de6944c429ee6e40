import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { compileFunction } from 'node:vm';
import { build, type Plugin } from 'esbuild';

const root = dirname(dirname(dirname(import.meta.dirname)));

/** A change of one source text: how a mutant differs from the product. */
export interface Replacement {
  /** From the root of the project. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** Small events reach several shards only where a shard is small. */
const smallShards: Replacement = {
  file: 'functions/domain/limits.ts',
  find: 'seatsPerShard: 100,',
  replace: 'seatsPerShard: 2,',
};

/** What an instance may be of: the functions, and the ledger that judges a table. */
const parts = {
  booking: 'functions/entry/booking.ts',
  organizer: 'functions/entry/organizer.ts',
  account: 'functions/entry/account.ts',
  admin: 'functions/entry/admin.ts',
  'expire-hold': 'functions/workers/expire-hold.ts',
  'promote-waitlist': 'functions/workers/promote-waitlist.ts',
  'aggregate-analytics': 'functions/workers/aggregate-analytics.ts',
  'cancel-event': 'functions/workers/cancel-event.ts',
  'delete-user': 'functions/workers/delete-user.ts',
  notify: 'functions/workers/notify.ts',
  'send-email': 'functions/workers/send-email.ts',
  audit: 'functions/workers/audit.ts',
  ledger: 'bench/verify/ledger.ts',
} as const;
export type Part = keyof typeof parts;

/** Names that the code finds in place of Node's own. `sendToDatabase` is called by the stand-in for the SDK's HTTP. */
export const givenNames = [
  'require',
  'module',
  'globalThis',
  'process',
  'Date',
  'Math',
  'crypto',
  'performance',
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'setImmediate',
  'sendToDatabase',
] as const;
export type Given = Readonly<Record<(typeof givenNames)[number], unknown>>;

/** Runs the code once more, with module state of its own, and returns what a part exports. */
export type Code = (part: Part, given: Given) => Record<string, unknown>;

const httpHandler = `
export class NodeHttpHandler {
  static create() { return new NodeHttpHandler(); }
  handle(request) { return sendToDatabase(request); }
  updateHttpClientConfig() {}
  httpHandlerConfigs() { return {}; }
  destroy() {}
}
export class NodeHttp2Handler extends NodeHttpHandler {}
export const DEFAULT_REQUEST_TIMEOUT = 0;
export const streamCollector = async (stream) => stream;
`;

/**
 * Compiles the product once, for many instances.
 *
 * @param changes applied to the source texts on their way; the files stay as they are
 * @throws {Error} where a text to replace is not there exactly once
 */
export async function compile(changes: readonly Replacement[] = []): Promise<Code> {
  const all = [smallShards, ...changes];
  const { outputFiles } = await build({
    stdin: {
      contents: `module.exports = {${Object.entries(parts)
        .map(([name, file]) => `'${name}': () => require('./${file}')`)
        .join(',')}};`,
      resolveDir: root,
    },
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    mainFields: ['module', 'main'],
    supported: { 'dynamic-import': false },
    write: false,
    logLevel: 'error',
    plugins: [standIn(), changed(all)],
  });
  const text = outputFiles[0]?.text ?? '';
  const run = compileFunction(text, [...givenNames]) as (...given: unknown[]) => void;
  return (part, given) => {
    const module: { exports: Record<string, () => Record<string, unknown>> } = { exports: {} };
    run(...givenNames.map((name) => (name === 'module' ? module : given[name])));
    const load = module.exports[part];
    if (!load) throw new Error(`the code has no part ${part}`);
    return load();
  };
}

/** No instance opens a connection. */
function standIn(): Plugin {
  return {
    name: 'stand-in',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^@smithy\/node-http-handler$/ }, () => ({ path: 'http-handler', namespace: 'stand-in' }));
      onLoad({ filter: /.*/, namespace: 'stand-in' }, () => ({ contents: httpHandler }));
    },
  };
}

function changed(changes: readonly Replacement[]): Plugin {
  return {
    name: 'changed',
    setup({ onLoad, onEnd }) {
      const open = new Set(changes);
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const own = changes.filter(({ file }) => join(root, file) === path);
        if (own.length === 0) return undefined;
        let contents = await readFile(path, 'utf8');
        for (const change of own) {
          const places = contents.split(change.find).length - 1;
          if (places !== 1) throw new Error(`${change.file} has ${places} times: ${change.find}`);
          contents = contents.replace(change.find, () => change.replace);
          open.delete(change);
        }
        return { contents, loader: 'ts' };
      });
      onEnd(() => {
        for (const { file } of open) throw new Error(`${file} is in no function`);
      });
    },
  };
}
