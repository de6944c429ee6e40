import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ulid } from 'ulid';
import { audit } from './rush/audit.ts';
import { createCrowd } from './rush/crowd.ts';
import { type Attempt, createDraft, openSale, rush } from './rush/on-sale.ts';
import { type RushOptions, readRushOptions, rushHelp } from './rush/options.ts';
import { oddities, rushTable, verdictText } from './rush/report.ts';
import { createApi } from './support/api.ts';
import { runCommand } from './support/command.ts';
import { signInPeople } from './support/people.ts';
import { startProgress } from './support/progress.ts';
import { untilQueuesAreEmpty } from './support/queues.ts';
import { print } from './support/table.ts';
import { findTarget, type Target } from './support/target.ts';
import { verifyTable } from './verify-table.ts';

/** More accounts prove nothing more, and signing them up takes longer than the rush. */
const usualPeople = 50;
/** Half of what one person may book within a minute, so that a rush can be repeated at once. */
const bookingsPerPerson = 60;
const maxPeople = 500;
/** A person has one place in a waitlist. */
const maxPeopleInLine = 200;
/** For everything that follows from the bookings, emails too. */
const settleMs = 120_000;
const maxFindings = 20;

await runCommand(async () => {
  const options = readRushOptions(process.argv.slice(2));
  if (!options) {
    print(rushHelp);
    return 0;
  }
  const target = await findTarget(options.url, contextFor(options));
  try {
    return await openOnSale(target, options);
  } finally {
    await target.stop();
  }
});

function peopleOf({ clients, requests, waitlist }: RushOptions): number {
  const wanted = Math.min(clients, waitlist ? maxPeopleInLine : usualPeople);
  return Math.min(Math.max(wanted, Math.ceil(requests / bookingsPerPerson)), maxPeople);
}

/** A rush that is too long for so many accounts needs a stage that lets one person book more. */
function contextFor(options: RushOptions): Record<string, unknown> {
  const each = Math.ceil(options.requests / peopleOf(options));
  return each <= bookingsPerPerson ? {} : { rateLimits: `bookings:${2 * each},waitlist-joins:${2 * each}` };
}

async function openOnSale(target: Target, options: RushOptions): Promise<number> {
  const api = createApi(target.url, options.clients, target.administrator);
  try {
    const runId = ulid();
    const show = await createDraft(api, runId, options);
    const people = peopleOf(options);
    const gathering = startProgress('people', people);
    const tokens = await signInPeople(api, target.administrator, people, gathering.advance);
    gathering.stop();
    await openSale(api, show);

    const selling = startProgress('bookings', options.requests);
    const crowd = createCrowd(api, show, options);
    const openedAt = performance.now();
    const onAnswer = async (attempt: Attempt, token: string) => {
      selling.advance();
      await crowd.react(attempt, token);
    };
    const attempts = await rush(api, show, tokens, { ...options, runId, onAnswer });
    await crowd.goHome();
    selling.stop();

    const isSettled = await settle(target, options);
    const told = { attempts, steps: crowd.steps };
    const { verdict } = await audit(api, show.eventId, options.capacity, told);
    const { clients, requests, capacity } = options;
    print(`\n${clients} clients, ${requests} requests, ${capacity} seats, on ${target.name} (${show.eventId})`);
    print(rushTable(told, verdict, openedAt, options));
    for (const line of oddities(told)) print(line);
    if (!isSettled) print(`The workers were not done after ${settleMs / 1_000} s.`);
    print(verdictText(verdict, options));
    const isSound = await checkTable(target, options);
    return verdict.holds && isSettled && isSound ? 0 : 1;
  } finally {
    await api.close();
  }
}

function needsWorkers({ cancel, waitlist }: RushOptions): boolean {
  return cancel > 0 || waitlist;
}

/** Waits until the queues of a local stack are empty; one on AWS gets the patience of the audit alone. */
async function settle({ outputs }: Target, options: RushOptions): Promise<boolean> {
  if (!outputs || !needsWorkers(options)) return true;
  const settling = startProgress('queues', 1);
  const isSettled = await untilQueuesAreEmpty(outputs, settleMs);
  settling.stop();
  return isSettled;
}

async function checkTable({ outputs }: Target, options: RushOptions): Promise<boolean> {
  if (!needsWorkers(options)) return true;
  if (!outputs) {
    print('Check the table with "npm run verify -- --table NAME" once its queues are empty.');
    return true;
  }
  const { dynamodbEndpoint: endpoint, region, tableName } = outputs;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region, credentials });
  try {
    const { findings, checked } = await verifyTable({ client, tableName });
    for (const { rule, where, message } of findings.slice(0, maxFindings)) print(`${rule}: ${where}: ${message}`);
    const checks = Object.values(checked).reduce((sum, count) => sum + count, 0);
    const text = findings.length === 0 ? 'every invariant holds' : `${findings.length} findings`;
    print(`Table verified: ${text} (${checks} checks).`);
    return findings.length === 0;
  } finally {
    client.destroy();
  }
}
