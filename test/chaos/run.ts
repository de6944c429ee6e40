import { parseArgs } from 'node:util';
import { runCommand, wholeNumber } from '../../bench/support/command.ts';
import { print } from '../../bench/support/table.ts';
import { defaultJobs, inJobs } from './jobs/jobs.ts';
import { addTotals, type Totals, totalsText } from './totals.ts';

const help = `Lives random histories through against a faulty database, in virtual time, and judges them.

  npm run chaos -- --seeds 200     the histories of the seeds 1 to 200
  npm run chaos -- --seed 17       one of them again, to the letter
  --from N     the first seed, default 1
  --trace      everything that happened in it, with --seed
  --shrink N   histories that may be tried to find a shorter one that fails too, default 100
  --jobs N     threads, each with a database of its own, default one for each processor`;

/** Seeds beyond these are counted: what fails everywhere need not be made short everywhere. */
const shrunkSeeds = 3;

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '200' },
      seed: { type: 'string' },
      from: { type: 'string', default: '1' },
      shrink: { type: 'string', default: '100' },
      jobs: { type: 'string', default: String(defaultJobs) },
      trace: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    print(help);
    return 0;
  }
  const most = 1_000_000_000;
  const one = values.seed === undefined ? undefined : wholeNumber('seed', values.seed, 0, most);
  const first = one ?? wholeNumber('from', values.from, 0, most);
  const count = one === undefined ? wholeNumber('seeds', values.seeds, 1, most) : 1;
  const shrink = wholeNumber('shrink', values.shrink, 0, most);
  const jobs = Math.min(count, wholeNumber('jobs', values.jobs, 1, 256));
  return run({ first, count, shrink, jobs, trace: values.trace && one !== undefined });
});

interface Options {
  first: number;
  count: number;
  shrink: number;
  jobs: number;
  trace: boolean;
}

async function run({ first, count, shrink, jobs, trace }: Options): Promise<number> {
  const startedAt = performance.now();
  const totals: Totals = {};
  let [begun, done, failed] = [0, 0, 0];
  const perSecond = () => ((done * 1_000) / (performance.now() - startedAt)).toFixed(2);
  const nextTask = () => {
    if (begun === count) return undefined;
    begun += 1;
    return { kind: 'seed', seed: first + begun - 1, shrink: failed < shrunkSeeds ? shrink : 0, trace } as const;
  };
  await inJobs(jobs, nextTask, (result) => {
    if (result.kind !== 'seed') return;
    done += 1;
    if (result.failed) failed += 1;
    addTotals(totals, result.totals);
    if (result.text !== '') print(result.text);
    if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${count}, ${perSecond()} a second`);
    else if (done % 50 === 0) print(`${done} of ${count} histories, ${perSecond()} a second`);
  });
  if (process.stderr.isTTY) process.stderr.write('\n');
  print(totalsText(totals));
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  print(`${count} histories in ${seconds} s: ${failed === 0 ? 'every invariant holds.' : `${failed} failed.`}`);
  return failed === 0 ? 0 : 1;
}
