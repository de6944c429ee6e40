import { DescribeUserPoolCommand } from '@aws-sdk/client-cognito-identity-provider';
import type { Readiness } from '../domain/service.ts';
import { env } from '../shared/env.ts';
import { identity } from '../shared/identity-client.ts';
import { logger } from '../shared/logger.ts';
import { checkQueues } from '../shared/queues.ts';
import { checkTable } from '../store/health-store.ts';
import type { Handler } from './request.ts';

type Parts = Readiness['parts'];
type Part = keyof Parts;

const checkTimeoutMs = 2_000;
/**
 * Anybody may ask, and Cognito answers DescribeUserPool a few times a second only: within this time an instance
 * repeats what it knows.
 */
const memoryMs = 1_000;

const checks: Record<Part, (abortSignal: AbortSignal) => Promise<void>> = {
  table: checkTable,
  queues: checkQueues,
  userPool: async (abortSignal) => {
    await identity.send(new DescribeUserPoolCommand({ UserPoolId: env('USER_POOL_ID') }), { abortSignal });
  },
};

let known: { untilMs: number; parts: Promise<Parts> } | undefined;

export const getReadiness: Handler<'getReadiness'> = async () => {
  if (!known || known.untilMs <= Date.now()) known = { untilMs: Date.now() + memoryMs, parts: checkAll() };
  const parts = await known.parts;
  const ready = Object.values(parts).every((part) => part === 'ok');
  return ready
    ? { status: 200, body: { status: 'ready', parts } }
    : { status: 503, body: { status: 'not-ready', parts } };
};

async function checkAll(): Promise<Parts> {
  const [table, queues, userPool] = await Promise.all([check('table'), check('queues'), check('userPool')]);
  return { table, queues, userPool };
}

/** The reason stays in the log: it may name resources of the account. */
async function check(part: Part): Promise<Parts[Part]> {
  try {
    await checks[part](AbortSignal.timeout(checkTimeoutMs));
    return 'ok';
  } catch (error) {
    logger.error(`${part} does not answer`, { error: error as Error });
    return 'failed';
  }
}
