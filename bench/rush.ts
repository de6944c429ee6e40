import { ulid } from 'ulid';
import { audit } from './rush/audit.ts';
import { createDraft, openSale, rush } from './rush/on-sale.ts';
import { type RushOptions, readRushOptions, rushHelp } from './rush/options.ts';
import { oddities, rushTable, verdictText } from './rush/report.ts';
import { createApi } from './support/api.ts';
import { runCommand } from './support/command.ts';
import { signInPeople } from './support/people.ts';
import { startProgress } from './support/progress.ts';
import { print } from './support/table.ts';
import { findTarget, type Target } from './support/target.ts';

/** More accounts would prove nothing more, and signing them up takes longer than the rush. */
const maxPeople = 50;

await runCommand(async () => {
  const options = readRushOptions(process.argv.slice(2));
  if (!options) {
    print(rushHelp);
    return 0;
  }
  const target = await findTarget(options.url);
  try {
    return await openOnSale(target, options);
  } finally {
    await target.stop();
  }
});

async function openOnSale(target: Target, options: RushOptions): Promise<number> {
  const api = createApi(target.url, options.clients, target.administrator);
  try {
    const runId = ulid();
    const show = await createDraft(api, runId, options);
    const people = Math.min(options.clients, maxPeople);
    const gathering = startProgress('people', people);
    const tokens = await signInPeople(api, target.administrator, people, gathering.advance);
    gathering.stop();
    await openSale(api, show);

    const selling = startProgress('bookings', options.requests);
    const openedAt = performance.now();
    const attempts = await rush(api, show, tokens, { ...options, runId, onAnswer: selling.advance });
    selling.stop();
    const { verdict } = await audit(api, show.eventId, options.capacity, attempts);

    const { clients, requests, capacity } = options;
    print(`\n${clients} clients, ${requests} requests, ${capacity} seats, on ${target.name} (${show.eventId})`);
    print(rushTable(attempts, openedAt));
    for (const line of oddities(attempts)) print(line);
    print(verdictText(verdict, options));
    return verdict.holds ? 0 : 1;
  } finally {
    await api.close();
  }
}
