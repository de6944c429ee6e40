import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { StackOutputs } from '../local/outputs.ts';
import { measureBundles, printBundles } from './bundles/bundles.ts';
import { measureCosts, printCosts } from './costs/costs.ts';
import { runCommand, UsageError } from './support/command.ts';
import { print } from './support/table.ts';
import { startThrowAwayStack } from './support/throw-away-stack.ts';

const help = `Measures ratios, counts and sizes; times are those of this machine.

  npm run bench                          everything
  npm run bench -- throughput costs      some of: throughput, costs, bundles
  npm run bench -- --json FILE           writes the JSON to a file in place of the terminal
  npm run bench -- throughput --profile DIR   a CPU profile of the stack's main thread`;

const names = ['throughput', 'costs', 'bundles'] as const;
type Name = (typeof names)[number];
type Results = Partial<Record<Name, unknown>>;

await runCommand(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'string' },
      profile: { type: 'string' },
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
  const results: Results = {};
  if (wanted.includes('throughput') || wanted.includes('costs')) await onStack(wanted, values.profile, results);
  if (wanted.includes('bundles')) {
    const bundles = await measureBundles();
    printBundles(bundles);
    results.bundles = bundles;
  }
  const json = JSON.stringify(
    { node: process.version, platform: `${process.platform} ${process.arch}`, ...results },
    null,
    2,
  );
  if (values.json) writeFileSync(values.json, `${json}\n`);
  else print(`\n${json}`);
  return 0;
});

async function onStack(wanted: readonly Name[], profile: string | undefined, results: Results): Promise<void> {
  const nodeOptions = profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [];
  const stack = await startThrowAwayStack(nodeOptions);
  try {
    pretendToBeAFunction(stack.outputs);
    // Only now: what speaks DynamoDB reads the environment when it is imported.
    if (wanted.includes('throughput')) {
      const { measureThroughput, printThroughput } = await import('./throughput/throughput.ts');
      const throughput = await measureThroughput(stack.outputs);
      printThroughput(throughput);
      results.throughput = throughput;
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
