import { parseArgs } from 'node:util';
import { runCommand, wholeNumber } from '../../bench/support/command.ts';
import { print, tableText } from '../../bench/support/table.ts';
import { defaultJobs, inJobs } from './jobs/jobs.ts';
import type { Result } from './jobs/tasks.ts';
import { mutations } from './mutations.ts';

const help = `Puts one fault after another into the product, in memory, and expects that histories find it.

  npm run chaos:mutants
  --seeds N     histories that each fault may survive, default 150
  --only TEXT   those whose name has it; may be given several times
  --jobs N      threads, each with a database of its own, default one for each processor`;

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '150' },
      only: { type: 'string', multiple: true, default: [''] },
      jobs: { type: 'string', default: String(defaultJobs) },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    print(help);
    return 0;
  }
  const startedAt = performance.now();
  const seeds = wholeNumber('seeds', values.seeds, 1, 100_000);
  const chosen = mutations.filter(({ breaks }) => values.only.some((text) => breaks.includes(text)));
  const jobs = Math.min(chosen.length, wholeNumber('jobs', values.jobs, 1, 256));
  const results = new Map<string, Result & { kind: 'mutant' }>();
  const left = [...chosen];
  const nextTask = () => {
    const mutation = left.shift();
    return mutation && ({ kind: 'mutant', breaks: mutation.breaks, seeds } as const);
  };
  await inJobs(jobs, nextTask, (result) => {
    if (result.kind !== 'mutant') return;
    results.set(result.breaks, result);
    process.stderr.write(`${result.breaks}: seed ${result.seed ?? '-'}, ${result.message.slice(0, 140)}\n`);
  });
  const rows = chosen.map(({ breaks, by }) => [breaks, results.get(breaks)?.seed ?? '-', by.join(', ')]);
  print(tableText(['mutant', 'seed', 'has to be found by'], rows));
  const survivors = [...results.values()].filter(({ seed }) => seed === undefined).length;
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0);
  print(
    `${chosen.length} mutants in ${seconds} s: ${survivors === 0 ? 'every one was found.' : `${survivors} survived.`}`,
  );
  return survivors === 0 ? 0 : 1;
});
