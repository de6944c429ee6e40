import { workers } from '../../lib/workers.ts';
import { createFaultyDynamoDb } from '../support/faulty-dynamodb/faulty-dynamodb.ts';
import { objectOf } from '../support/faulty-dynamodb/json.ts';
import { sdkHandler } from '../support/faulty-dynamodb/sdk-handler.ts';
import type { Counts } from '../support/faulty-dynamodb/types.ts';
import { creation, newPerson, type Organized, perform } from './history/acts.ts';
import { type History, people } from './history/history.ts';
import { createBrowser, type Seen } from './history/people.ts';
import { peace, weathers } from './history/weather.ts';
import { type Commits, createCommits } from './judge/commits.ts';
import type { Code } from './world/code.ts';
import type { Database } from './world/database.ts';
import { createFunctions, type Origin } from './world/functions.ts';
import { createQueue } from './world/queue.ts';
import { randomFor } from './world/randomness.ts';
import { createScheduler } from './world/scheduler.ts';
import { environment } from './world/stage.ts';
import { createTrace } from './world/trace.ts';
import { createUserPool, isForUserPool } from './world/user-pool.ts';

/** What a history left behind, to be judged. */
export interface Aftermath {
  readonly seen: readonly Seen[];
  readonly commits: Commits;
  /** Ids of the people whom the user pool knows. */
  readonly accounts: ReadonlySet<string>;
  readonly endedAt: number;
  /** Messages that no worker can do although nothing strikes any more, and other ways not to come to an end. */
  readonly stuck: readonly string[];
  readonly counts: Counts;
  readonly trace: readonly string[];
}

const midnight = Date.parse('2031-05-15T00:00:00.000Z');
/** Virtual time after which a history that does not come to rest is given up. */
const patienceMs = 12 * 60 * 60 * 1_000;

/** Lives one history through, in virtual time. */
export async function simulate(code: Code, database: Database, history: History): Promise<Aftermath> {
  const { luck, weather, secondsToMidnight, events, steps } = history;
  const scheduler = createScheduler(midnight - 1_000 * secondsToMidnight);
  const { trace, lines } = createTrace(scheduler);
  const table = await database.createTable();
  try {
    const commits = createCommits(scheduler.now);
    const engine = createFaultyDynamoDb({
      forward: async (request) => {
        const { response, records } = await scheduler.busyWith(table.ask(request));
        if (records.length > 0) {
          const origin: Origin = {
            name: request.headers[originHeader] ?? '',
            startedAt: Number(request.headers[startHeader]),
          };
          for (const record of commits.add(records, origin)) for (const queue of queues) queue.offer(record);
        }
        return response;
      },
      random: randomFor(luck, 'database'),
      clock: scheduler,
      faults: peace,
    });
    const http = sdkHandler(engine);
    const crowd = Array.from({ length: people }, (_, n) => newPerson(n));
    const pool = createUserPool({
      scheduler,
      random: randomFor(luck, 'user pool'),
      userIds: crowd.map(({ userId }) => userId),
    });
    const functions = createFunctions({
      code,
      scheduler,
      seed: luck,
      env: environment,
      trace,
      send: async (request, origin) => {
        const { headers, body } = request as { headers: Record<string, string>; body: unknown };
        const marked = { ...headers, [originHeader]: origin.name, [startHeader]: String(origin.startedAt) };
        const operation = String(headers['x-amz-target']).replace(/^.*\./, '');
        try {
          const answer = await (isForUserPool(headers) ? pool : http).handle({ headers: marked, body });
          trace(`${origin.name} ${operation} ${outcomeOf(answer.response)}`);
          return answer;
        } catch (error) {
          trace(`${origin.name} ${operation} ${error}`);
          throw error;
        }
      },
    });
    const queues = workers.map((worker) =>
      createQueue({ worker, scheduler, functions, random: randomFor(luck, worker), trace }),
    );
    const browser = createBrowser({
      functions,
      scheduler,
      random: randomFor(luck, 'people'),
      trace,
      commits: () => commits.count(),
    });

    const errors: unknown[] = [];
    let open = 0;
    const begin = (work: Promise<void>) => {
      open += 1;
      work
        .catch((error: unknown) => errors.push(error))
        .finally(() => {
          open -= 1;
        });
    };
    const isOver = () => open === 0 || errors.length > 0;
    const runUntil = async (isDone: () => boolean): Promise<void> => {
      if (errors.length > 0) return;
      await scheduler.runUntil(isDone).catch((error: unknown) => errors.push(error));
    };

    const organized: Organized[] = [];
    begin(
      (async () => {
        for (const [n, plan] of events.entries()) {
          const { tier, request } = creation(plan, { nowMs: scheduler.now(), key: `event-${n}` });
          const { body } = await browser.ask(request);
          organized.push({ eventId: String(body.eventId), tier });
        }
      })(),
    );
    await runUntil(isOver);

    engine.change(weathers[weather].faults);
    functions.killShare = weathers[weather].killShare;
    pool.faultShare = weathers[weather].poolFaultShare;
    let at = 0;
    for (const [n, { gapMs, person: who, event: where, act }] of steps.entries()) {
      at += gapMs;
      const [person, event] = [crowd[who % people], organized[where % organized.length]];
      if (!person || !event) continue;
      begin(scheduler.sleep(at).then(() => perform(act, { browser, person, event, key: `step-${n}` })));
    }
    // Faults go on until some time after the last step, while queues still deliver.
    begin(scheduler.sleep(at + 5_000));
    scheduler.after(at + 5_000, () => {
      engine.change(peace);
      functions.killShare = 0;
      pool.faultShare = 0;
      for (const queue of queues) queue.calm();
      trace('peace');
    });
    await runUntil(isOver);

    const stuck: string[] = [];
    const deadline = scheduler.now() + patienceMs;
    const isQuiet = () => queues.every((queue) => queue.isEmpty()) || scheduler.now() > deadline;
    await runUntil(isQuiet);
    for (const queue of queues) queue.redrive();
    await runUntil(isQuiet);
    for (const queue of queues) {
      if (queue.deadLetters() > 0) stuck.push(`${queue.worker}: ${queue.deadLetters()} messages cannot be done`);
      if (!queue.isEmpty()) stuck.push(`${queue.worker}: the queue never becomes empty`);
    }
    for (const error of errors) stuck.push(String(error));
    return {
      seen: browser.seen,
      commits,
      accounts: pool.accounts,
      endedAt: scheduler.now(),
      stuck,
      counts: engine.counts(),
      trace: lines,
    };
  } finally {
    await table.drop();
  }
}

const originHeader = 'x-chaos-origin';
const startHeader = 'x-chaos-start';

function outcomeOf({ statusCode, body }: { statusCode: number; body: Uint8Array }): string {
  if (statusCode === 200) return '200';
  const { __type: type, CancellationReasons: reasons } = objectOf(JSON.parse(Buffer.from(body).toString()));
  const codes = Array.isArray(reasons) ? reasons.map((reason) => objectOf(reason).Code).join() : '';
  return `${statusCode} ${String(type).replace(/^.*#/, '')} ${codes}`;
}
