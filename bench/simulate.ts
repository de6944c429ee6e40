import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeSection } from './costs/generated-section.ts';
import { calibrate, type HotMeasurement } from './simulate/calibrate.ts';
import { byAccount, type Case, lifts, sizeCases, variantOf, variants, withInstances } from './simulate/cases.ts';
import { answersOverTime, goodputByInstances, soldOverTime } from './simulate/charts.ts';
import { dollarsPerTicket } from './simulate/dollars.ts';
import { onRaisedQuotas, onSale } from './simulate/model.ts';
import { calibrationTable, ceilingsTable, liftsTable, type Run, salesTable } from './simulate/report.ts';
import { simulate } from './simulate/simulate.ts';
import { runCommand, UsageError, wholeNumber } from './support/command.ts';
import { print } from './support/table.ts';

const help = `Simulates an on-sale of a size that no machine here can make: what holds it back, and what it costs.

  npm run simulate                                     the sales of docs/performance.md; takes some minutes
  npm run simulate -- --write                          writes their tables and charts into docs/
  npm run simulate -- --people 1000000 --tickets 5000  one sale, on default quotas
  npm run simulate -- --calibrate FILE [--write]       against FILE of "npm run bench -- hot --json FILE"`;

const variantName = `${variantOf.tickets.toLocaleString('en')} tickets, ${variantOf.people.toLocaleString('en')} people`;

const docs = join(import.meta.dirname, '../docs');
const document = join(docs, 'performance.md');

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      people: { type: 'string' },
      tickets: { type: 'string' },
      seed: { type: 'string', default: '1' },
      calibrate: { type: 'string' },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) print(help);
  else if (values.calibrate) compareWith(values.calibrate, values.write);
  else if (values.people !== undefined || values.tickets !== undefined) oneSale(values);
  else everySale(values.write);
  return 0;
});

function run({ name, model }: Case): Run {
  process.stderr.write(`${name} …\n`);
  return { name, model, outcome: simulate(model) };
}

function oneSale({ people = '1000000', tickets = '50000', seed }: { people?: string; tickets?: string; seed: string }) {
  const model = onSale(
    wholeNumber('people', people, 1, 10_000_000),
    wholeNumber('tickets', tickets, 1, 1_000_000),
    wholeNumber('seed', seed, 1, 2 ** 31),
  );
  print(salesTable([run({ name: `${people} people, ${tickets} tickets`, model })]));
}

function compareWith(file: string, write: boolean): void {
  const { hot } = JSON.parse(readFileSync(file, 'utf8')) as { hot?: HotMeasurement };
  if (!hot) throw new UsageError(`${file} holds no result of "hot".`);
  publish({ calibration: calibrationTable(calibrate(hot)) }, write);
}

function everySale(write: boolean): void {
  const sales = sizeCases.map(run);
  const variantRuns = variants.map(run);
  const [first] = variantRuns;
  if (!first) throw new Error('there are no variants');
  publish(
    {
      'the sales': salesTable(sales),
      ceilings: ceilingsTable([1_000, 50_000, 1_000_000].map((tickets) => onSale(1, tickets))),
      'lifted limits': liftsTable(lifts.map(run)),
      variants: salesTable(variantRuns),
      'after a booking': afterText(first),
    },
    write,
  );
  if (!write) return;
  mkdirSync(join(docs, 'charts'), { recursive: true });
  const crowd = Math.max(...sales.map(({ model }) => model.people));
  const shown = sales.filter(({ model }) => model.people === crowd);
  draw(
    'sold-over-time.svg',
    soldOverTime(`${crowd.toLocaleString('en')} people, default quotas, a table that is warm`, shown),
  );
  draw('answers-over-time.svg', answersOverTime(variantName, first.outcome, 60));
  draw('tickets-by-instances.svg', goodputByInstances(variantName, goodput()));
}

function afterText({ outcome }: Run): string {
  const { after, email } = dollarsPerTicket(outcome);
  const thousand = (dollars: number) => `$${(1_000 * dollars).toFixed(3)}`;
  return `What follows from 1,000 bookings costs ${thousand(after)} (messages, statistics, notifications) and ${thousand(email)} for their emails.`;
}

/** The sale of the variants with more and more instances: both readings of Lambda's quota of requests, and raised quotas. */
function goodput() {
  const counts = [16, 32, 64, 96, 128, 192, 256, 384, 512, 1_000];
  const raised = onRaisedQuotas(variantOf);
  const kinds = [
    { name: '10 requests/s an instance', of: (count: number) => withInstances(variantOf, count) },
    { name: 'counted by the account', of: (count: number) => byAccount(withInstances(variantOf, count), variantOf) },
    { name: '10 requests/s, raised quotas', of: (count: number) => withInstances(raised, count) },
  ];
  return kinds.map(({ name, of }) => ({
    name,
    points: counts.map((count): readonly [number, number] => {
      const { sold, soldOutMs = Number.NaN } = simulate(of(count), { untilSoldOut: true });
      return [count, Math.round((sold * 1_000) / soldOutMs)];
    }),
  }));
}

function publish(sections: Readonly<Record<string, string>>, write: boolean): void {
  for (const [name, text] of Object.entries(sections)) {
    if (write) print(`${name}: ${writeSection(document, name, text) ? 'written' : 'as it was'}`);
    else print(`\n${name}\n\n${text}`);
  }
}

function draw(name: string, chart: string): void {
  writeFileSync(join(docs, 'charts', name), chart);
  print(`docs/charts/${name}: drawn`);
}
