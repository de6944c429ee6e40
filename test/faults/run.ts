import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runCommand, wholeNumber } from '../../bench/support/command.ts';
import { print, tableText } from '../../bench/support/table.ts';
import { startDynoxide } from '../../local/dynoxide.ts';
import { startFaultyProxy } from '../support/faulty-dynamodb/http-proxy.ts';
import { seededRandom } from '../support/faulty-dynamodb/seeded-random.ts';
import type { Counts, Faults } from '../support/faulty-dynamodb/types.ts';

const help = `Runs local tests with a faulty DynamoDB between the functions and the embedded one.

  npm run test:faults                          the bugs of acceptance.test.ts and what belongs to them
  npm run test:faults -- test/local/bookings   other files, as vitest takes them
  --seed N    what the faults are drawn from; a random one by default, which is printed`;

/** Together they hold all bugs that other ticket systems shipped. */
const acceptance = ['acceptance', 'holds', 'waitlist'].map((name) => `test/local/${name}.test.ts`);

/** A bad day: what a client of AWS may see any time, some hundred times as often. */
const badDay: Partial<Faults> = {
  conflictWindowMs: 10,
  probabilities: { lostAnswer: 0.003, errorBefore: 0.005, errorAfter: 0.003, inProgress: 0.003 },
  latency: { medianMs: 2, tailMs: 80, tailShare: 0.01 },
};

await runCommand(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { seed: { type: 'string' }, help: { type: 'boolean', default: false } },
  });
  if (values.help) {
    print(help);
    return 0;
  }
  const most = 2 ** 31 - 1;
  const seed = wholeNumber('seed', values.seed ?? String(Math.floor(Math.random() * most)), 0, most);
  return await runUnderFaults(positionals.length > 0 ? positionals : acceptance, seed);
});

async function runUnderFaults(files: readonly string[], seed: number): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'evently-faults-'));
  const { platform, arch } = process;
  const database = await startDynoxide(directory, { platform, arch, path: process.env.PATH ?? '' });
  const proxy = await startFaultyProxy({
    endpoint: database.endpoint,
    random: seededRandom(seed),
    faults: badDay,
  });
  try {
    const vitest = join('node_modules', 'vitest', 'vitest.mjs');
    const tests = spawn(process.execPath, [vitest, 'run', ...files], {
      env: { ...process.env, DYNAMODB_ENDPOINT: proxy.endpoint },
      stdio: 'inherit',
    });
    const [code] = await once(tests, 'exit');
    print(countsText(proxy.counts()));
    // Which request meets which fault depends on the order in which they come, so a seed repeats the odds alone.
    print(`Faults of the seed ${seed}.`);
    return code ?? 1;
  } finally {
    await proxy.stop();
    await database.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

function countsText(counts: Counts): string {
  const rows = Object.entries(counts).map(([operation, count]) => [
    operation,
    count.attempts,
    count.conflicts,
    count.throttles,
    count.lost,
    count.errorsBefore,
    count.errorsAfter,
    count.inProgress,
  ]);
  const head = ['', 'requests', 'conflicts', 'throttles', 'answers lost', '500 before', '500 after', 'in progress'];
  return tableText(head, rows);
}
