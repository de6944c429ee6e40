import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { StackOutputs } from '../local/outputs.ts';
import { measureBundles, printBundles } from './bundles/bundles.ts';
import { measureCosts, printCosts } from './costs/costs.ts';
import { measureCrowd } from './crowd/crowd.ts';
import { faultsOf, printCrowd } from './crowd/report.ts';
import { measureHot, printHot } from './hot/hot.ts';
import { measureHotVariants, printHotVariants } from './hot/variants/variants.ts';
import { measureStorm, printStorm } from './storm/storm.ts';
import { runCommand, UsageError, wholeNumber } from './support/command.ts';
import { untilQueuesAreEmpty } from './support/queues.ts';
import { print } from './support/table.ts';
import { startThrowAwayStack } from './support/throw-away-stack.ts';
import { measureInProcess, printInProcess } from './throughput/in-process.ts';

const help = `Measures ratios, counts and sizes; times are those of this machine.

  npm run bench                          everything
  npm run bench -- throughput costs      some of: throughput, in-process, costs, bundles, feed, statistics, cancel-event, hot,
                                          hot-variants, storm, crowd
  npm run bench -- feed --long            with 10,000 people in line too
  npm run bench -- --json FILE           writes the JSON to a file in place of the terminal
  npm run bench -- hot storm --slow 4     slower than life, for a machine that is too small; 4 by default
  npm run bench -- crowd --minutes 60 --clients 1000   visitors for so long; 4 minutes by default. Ends with 1 where
                                          the stack answers 5xx, drops a connection or grows, or the table is broken
  npm run bench -- throughput --profile DIR   a CPU profile of the stack's main thread`;

const names = [
  'throughput',
  'in-process',
  'costs',
  'bundles',
  'feed',
  'statistics',
  'cancel-event',
  'hot',
  'hot-variants',
  'storm',
  'crowd',
] as const;
type Name = (typeof names)[number];
/** Those that need no stack, or one of their own. */
const alone: readonly Name[] = ['in-process', 'bundles', 'hot', 'hot-variants', 'storm', 'crowd'];
type Results = Partial<Record<Name, unknown>>;

/** Few people stand for a crowd: what is measured counts them as every stage does, and lets them do more. */
const fewPeople = { rateLimits: 'bookings:1000000,waitlist-joins:1000000', throttleRate: 100_000 };

/** For everything that follows from some thousand bookings, emails too. */
const quietMs = 10 * 60_000;

await runCommand(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'string' },
      profile: { type: 'string' },
      long: { type: 'boolean', default: false },
      minutes: { type: 'string', default: '4' },
      clients: { type: 'string', default: '1000' },
      think: { type: 'string', default: '1000' },
      slow: { type: 'string', default: '4' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    print(help);
    return 0;
  }
  const unknown = positionals.find((name) => !(names as readonly string[]).includes(name));
  if (unknown !== undefined) throw new UsageError(`There is no measurement "${unknown}": ${names.join(', ')}.`);
  const wanted = names.filter((name) => positionals.length === 0 || positionals.includes(name));
  const slowMotion = wholeNumber('slow', values.slow, 1, 100);
  const visit = {
    minutes: wholeNumber('minutes', values.minutes, 1, 24 * 60),
    clients: wholeNumber('clients', values.clients, 1, 10_000),
    thinkMs: wholeNumber('think', values.think, 0, 60_000),
  };
  const results: Results = {};
  let isBroken = false;
  if (wanted.some((name) => !alone.includes(name))) await onStack(wanted, values, results);
  if (wanted.includes('in-process')) {
    const inProcess = await measureInProcess();
    printInProcess(inProcess);
    results['in-process'] = inProcess;
  }
  if (wanted.includes('bundles')) {
    const bundles = await measureBundles();
    printBundles(bundles);
    results.bundles = bundles;
  }
  if (wanted.includes('hot')) {
    const hot = await measureHot(slowMotion);
    printHot(hot);
    results.hot = hot;
  }
  if (wanted.includes('hot-variants')) {
    const variants = measureHotVariants();
    printHotVariants(variants);
    results['hot-variants'] = variants;
  }
  if (wanted.includes('storm')) {
    const storm = await measureStorm(slowMotion);
    printStorm(storm);
    results.storm = storm;
  }
  if (wanted.includes('crowd')) {
    const crowd = await measureCrowd(visit);
    printCrowd(crowd);
    results.crowd = crowd;
    isBroken = faultsOf(crowd).length > 0;
  }
  const json = JSON.stringify(
    { node: process.version, platform: `${process.platform} ${process.arch}`, ...results },
    null,
    2,
  );
  if (values.json) writeFileSync(values.json, `${json}\n`);
  else print(`\n${json}`);
  return isBroken ? 1 : 0;
});

interface Flags {
  profile?: string | undefined;
  long: boolean;
}

async function onStack(wanted: readonly Name[], { profile, long }: Flags, results: Results): Promise<void> {
  const nodeOptions = profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [];
  const stack = await startThrowAwayStack(nodeOptions, fewPeople);
  try {
    pretendToBeAFunction(stack.outputs);
    // Only now: what speaks DynamoDB reads the environment when it is imported.
    if (wanted.includes('throughput')) {
      const { measureThroughput, printThroughput } = await import('./throughput/throughput.ts');
      const throughput = await measureThroughput(stack);
      printThroughput(throughput);
      results.throughput = throughput;
    }
    // The bookings of the throughput have left work to the workers.
    await untilQueuesAreEmpty(stack.outputs, quietMs);
    if (wanted.includes('feed')) {
      const { measureFeed } = await import('./feed/feed.ts');
      results.feed = await measureFeed(stack.outputs, long ? [10, 1_000, 10_000] : [10, 1_000]);
    }
    // A part of the feed, for whoever wants no more than that.
    if (wanted.includes('statistics') && !wanted.includes('feed')) {
      const { measureStatistics, printStatistics } = await import('./statistics/statistics.ts');
      const statistics = await measureStatistics(stack.outputs);
      printStatistics(statistics);
      results.statistics = statistics;
    }
    if (wanted.includes('cancel-event')) {
      const { measureCancelEvent, printCancelEvent } = await import('./cancel-event/cancel-event.ts');
      const cancellation = await measureCancelEvent(stack.outputs);
      printCancelEvent(cancellation);
      results['cancel-event'] = cancellation;
    }
    if (wanted.includes('costs')) {
      const costs = await measureCosts();
      printCosts(costs);
      results.costs = costs;
    }
  } finally {
    await stack.stop();
  }
}

/** Gives this process the environment in which the store and the handlers work. */
function pretendToBeAFunction({ tableName, region, dynamodbEndpoint }: StackOutputs): void {
  Object.assign(process.env, {
    TABLE_NAME: tableName,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_ENDPOINT_URL_DYNAMODB: dynamodbEndpoint,
    POWERTOOLS_LOG_LEVEL: 'ERROR',
  });
}
