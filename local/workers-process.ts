import { readdirSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { type ChangeFeed, type ChangeFeedOptions, startChangeFeed } from './change-feed.ts';
import { idsOf } from './data-dir.ts';
import { createFunctions } from './functions.ts';
import { startInbox } from './inbox.ts';
import { startJsonService } from './json-service.ts';
import { createPace } from './load.ts';
import { startSqs } from './sqs.ts';
import { StackError } from './stack-error.ts';
import { resolveTemplate } from './template.ts';
import type { WorkersMessage, WorkersOrder, WorkersPlan } from './workers.ts';

// Entry point of the child process of workers.ts.

const [directory, region] = process.argv.slice(2);
if (!directory || !region || !process.send) throw new Error('to be started by workers.ts');

const send = (message: WorkersMessage) => {
  if (process.connected) process.send?.(message);
};
const pace = createPace();
const planned = Promise.withResolvers<WorkersPlan>();
const ended = Promise.withResolvers<undefined>();
/** How long a stop waits for the batches in work: not at all where the database has gone with the rest of the stack. */
let graceMs = 2_000;
process.on('message', (order: WorkersOrder) => {
  if (order === 'stop') ended.resolve(undefined);
  else if ('isUnderPressure' in order) pace.underPressure(order.isUnderPressure);
  else planned.resolve(order);
});
process.once('disconnect', () => {
  graceMs = 0;
  ended.resolve(undefined);
});
const parts = new AsyncDisposableStack();
try {
  const services = [startSqs(join(directory, 'sqs'), region), startInbox(), startJsonService()] as const;
  const [sqs, inbox, api] = await Promise.all(services);
  parts.defer(() => Promise.all([sqs.stop(), inbox.stop(), api.stop()]).then(() => undefined));
  send({ kind: 'services', sqs: sqs.endpoint, inbox: inbox.endpoint, feed: api.endpoint });
  const plan = await Promise.race([planned.promise, ended.promise]);
  if (plan) {
    const feed = await run(plan, { sqs, api });
    parts.defer(() => feed.stop(graceMs));
    send({ kind: 'running' });
    stepBack();
    await ended.promise;
  }
} catch (error) {
  const isExpected = error instanceof StackError;
  send({ kind: 'fault', text: isExpected ? error.message : String((error as Error).stack ?? error), isExpected });
} finally {
  await parts.disposeAsync();
  process.exit();
}

/** Lowers the priority of this process: on Linux that of each thread there is, which those to come inherit. */
function stepBack(): void {
  const threads = process.platform === 'linux' ? readdirSync('/proc/self/task').map(Number) : [process.pid];
  for (const thread of threads) {
    try {
      setPriority(thread, constants.priority.PRIORITY_BELOW_NORMAL);
    } catch (error) {
      // It ended meanwhile.
      if (!String(error).includes('ESRCH')) throw error;
    }
  }
}

async function run(plan: WorkersPlan, services: Pick<ChangeFeedOptions, 'sqs' | 'api'>): Promise<ChangeFeed> {
  const { assembly, endpoints, dynamodb, maxInstances } = plan;
  const world = { ...plan.world, id: idsOf(plan.directory) };
  const template = resolveTemplate(assembly.template, world);
  const onLog = (line: string) => send({ kind: 'log', line });
  const functions = createFunctions(template, {
    assembly,
    endpoints,
    region: world.region,
    id: world.id,
    logFile: join(plan.directory, 'functions.log'),
    maxInstances,
    onLog,
  });
  for (const target of functions.values()) parts.defer(() => target.stop());
  return startChangeFeed({
    template,
    ...services,
    dynamodb,
    functions,
    directory: plan.directory,
    region: world.region,
    pace,
    log: onLog,
  });
}
