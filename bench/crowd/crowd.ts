import { setTimeout as wait } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { StackOutputs } from '../../local/outputs.ts';
import { type Api, createApi } from '../support/api.ts';
import { signInPeople } from '../support/people.ts';
import { startProgress } from '../support/progress.ts';
import { untilQueuesAreEmpty } from '../support/queues.ts';
import { administratorOf } from '../support/target.ts';
import { startThrowAwayStack } from '../support/throw-away-stack.ts';
import { verifyTable } from '../verify-table.ts';
import { type ActionReport, Answers } from './answers.ts';
import { type Connection, openConnection } from './connection.ts';
import { type MemoryReport, reportMemory } from './memory.ts';
import { type MemorySample, watchMemory } from './processes.ts';
import { openShows } from './shows.ts';
import { visit } from './visitor.ts';

export interface CrowdOptions {
  readonly minutes: number;
  readonly clients: number;
  /** How long a person looks at an answer, on average. */
  readonly thinkMs: number;
}

export interface CrowdReport extends CrowdOptions {
  readonly requests: number;
  readonly perSecond: number;
  readonly serverErrors: number;
  /** Of the server errors, those with the code `busy`. */
  readonly busy: number;
  readonly lostAnswers: number;
  readonly droppedConnections: number;
  readonly unexpectedAnswers: number;
  readonly actions: readonly ActionReport[];
  readonly memory: readonly MemoryReport[];
  /** What the memory report is made of, at most 120 samples in even distances. */
  readonly memorySamples: readonly MemorySample[];
  /** Until the workers had nothing left to do; undefined where that took too long. */
  readonly settledSeconds: number | undefined;
  /** What is broken in the table afterwards. */
  readonly findings: readonly string[];
}

/** Signing up more takes longer than they are worth: a person may come with several devices. */
const mostPeople = 250;
/** A token lives for an hour. */
const renewTokensMs = 30 * 60_000;
const settleMs = 10 * 60_000;
/** Until every heap has found its size; faults count from the first visitor on, memory from here on. */
const warmUpMs = 30_000;
const mostSamples = 120;

/** Many people at once on a stack of its own, who look around, book and change their minds. */
export async function measureCrowd(options: CrowdOptions): Promise<CrowdReport> {
  const stack = await startThrowAwayStack();
  try {
    return await gather(stack.outputs, stack.pid, options);
  } finally {
    await stack.stop();
  }
}

async function gather(outputs: StackOutputs, pid: number, options: CrowdOptions): Promise<CrowdReport> {
  const { minutes, clients, thinkMs } = options;
  const api = createApi(outputs.apiUrl, 8, administratorOf(outputs));
  const connections: Connection[] = [];
  try {
    const shows = await openShows(api);
    const tokens = await signIn(api, outputs, Math.min(clients, mostPeople));
    connections.push(...Array.from({ length: clients }, () => openConnection(outputs.apiUrl)));

    const answers = new Answers();
    const visiting = startProgress('visitors', clients);
    const startedAt = performance.now();
    const endsAt = startedAt + warmUpMs + minutes * 60_000;
    const isOver = () => performance.now() >= endsAt;
    const visits = Promise.all(
      connections.map(async (connection, number) => {
        const token = () => tokens.list[number % tokens.list.length] ?? '';
        await visit({ connection, token, shows, answers, thinkMs, isOver });
        visiting.advance();
      }),
    );
    await Promise.race([wait(warmUpMs), visits]);
    const memory = watchMemory(pid);
    await wait(endsAt - performance.now());
    const samples = await memory.stop();
    await visits;
    visiting.stop();
    tokens.stop();
    const seconds = (performance.now() - startedAt) / 1_000;
    const droppedConnections = connections.reduce((sum, connection) => sum + connection.drops(), 0);
    const leftAt = performance.now();
    const isSettled = await untilQueuesAreEmpty(outputs, settleMs);
    const actions = answers.report(seconds);
    const requests = actions.reduce((sum, { count }) => sum + count, 0);
    return {
      ...options,
      requests,
      perSecond: requests / seconds,
      serverErrors: answers.serverErrors,
      busy: answers.busy,
      lostAnswers: answers.lost,
      droppedConnections,
      unexpectedAnswers: answers.unexpected,
      actions,
      memory: reportMemory(samples),
      memorySamples: samples.filter((_, place) => place % Math.ceil(samples.length / mostSamples) === 0),
      settledSeconds: isSettled ? (performance.now() - leftAt) / 1_000 : undefined,
      findings: await findingsOf(outputs),
    };
  } finally {
    await Promise.all(connections.map((connection) => connection.close()));
    await api.close();
  }
}

/** Signs people in, and again before their tokens end. */
async function signIn(api: Api, outputs: StackOutputs, people: number) {
  const gathering = startProgress('people', people);
  const signInAll = (onReady?: () => void) => signInPeople(api, administratorOf(outputs), people, onReady);
  const tokens = { list: await signInAll(gathering.advance), stop: () => clearInterval(renewal) };
  gathering.stop();
  const renewal = setInterval(async () => {
    tokens.list = await signInAll();
  }, renewTokensMs).unref();
  return tokens;
}

async function findingsOf({ dynamodbEndpoint: endpoint, region, tableName }: StackOutputs): Promise<string[]> {
  const client = new DynamoDBClient({
    endpoint,
    region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  try {
    const { findings } = await verifyTable({ client, tableName, settleMs: 60_000 });
    return findings.map(({ rule, where, message }) => `${rule}: ${where}: ${message}`);
  } finally {
    client.destroy();
  }
}
