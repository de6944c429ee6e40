import { setTimeout as wait } from 'node:timers/promises';
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { backoffMs } from '../domain/backoff.ts';
import { DomainError } from '../domain/errors.ts';
import { limits } from '../domain/limits.ts';
import { count } from '../shared/counters.ts';
import { isServiceFault } from '../shared/service-fault.ts';
import { attributed } from './attribution.ts';
import { documents } from './client.ts';

type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];
export type Item = Record<string, unknown>;

/** One action of a transaction. `name` tells which one refused. */
export interface Action<Name extends string = string> {
  name: Name;
  item: TransactItem;
}

/**
 * What became of a transaction. `refused` holds each action whose condition failed, with the item as it stands
 * (undefined where there is none). A refusal outranks a conflict, a conflict outranks a throttle. `unclear`: the
 * database may or may not have committed.
 */
export type Outcome<Name extends string> =
  | { kind: 'committed' }
  | { kind: 'refused'; refused: ReadonlyMap<Name, Item | undefined> }
  | { kind: 'conflict' | 'throttled' | 'unclear'; error: Error };

/** Sends a transaction once. Errors that no retry can mend are thrown. */
export async function attempt<Name extends string>(actions: readonly Action<Name>[]): Promise<Outcome<Name>> {
  const outcome = await send(actions);
  if (outcome.kind === 'conflict') count('Conflicts');
  if (outcome.kind === 'throttled') count('Throttles');
  return outcome;
}

async function send<Name extends string>(actions: readonly Action<Name>[]): Promise<Outcome<Name>> {
  try {
    await documents.send(new TransactWriteCommand({ TransactItems: actions.map(({ item }) => attributed(item)) }));
    return { kind: 'committed' };
  } catch (error) {
    if (error instanceof TransactionCanceledException) return cancelled(actions, error);
    if (error instanceof Error && isPassing(error)) {
      return { kind: throttles.has(error.name) ? 'throttled' : 'unclear', error };
    }
    throw error;
  }
}

/** Cancellation reasons and error names of one meaning: too much at once for a partition, table or account. */
const throttles: ReadonlySet<string> = new Set([
  'ThrottlingError',
  'ThrottlingException',
  'ProvisionedThroughputExceeded',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
]);

function cancelled<Name extends string>(
  actions: readonly Action<Name>[],
  error: TransactionCanceledException,
): Outcome<Name> {
  const reasons = error.CancellationReasons ?? [];
  const refused = new Map<Name, Item | undefined>();
  actions.forEach((action, index) => {
    const reason = reasons[index];
    if (reason?.Code === 'ConditionalCheckFailed') {
      refused.set(action.name, reason.Item && unmarshall(reason.Item));
    }
  });
  if (refused.size > 0) return { kind: 'refused', refused };
  const codes = new Set(reasons.map(({ Code }) => Code ?? 'None'));
  if (codes.has('TransactionConflict')) return { kind: 'conflict', error };
  if ([...codes].some((code) => throttles.has(code))) return { kind: 'throttled', error };
  // ValidationError and ItemCollectionSizeLimitExceeded are faults of ours.
  throw error;
}

/** Faults that pass: throttles, 5xx, a lost connection, a transaction of the same token that is still under way. */
export function isPassing(error: Error): boolean {
  return throttles.has(error.name) || error.name === 'TransactionInProgressException' || isServiceFault(error);
}

export function busy(cause: Error): DomainError<'busy'> {
  const detail = 'Too many people want the same thing at this moment. Try again with the same Idempotency-Key.';
  return new DomainError('busy', detail, { retryAfterSeconds: limits.busyRetryAfterSeconds }, { cause });
}

/** Waits between attempts, and the answer when time is up. */
export class Patience {
  private attempts = 0;
  private readonly remainingMs: () => number;

  /** @param remainingMs milliseconds left for this request */
  constructor(remainingMs: () => number) {
    this.remainingMs = remainingMs;
  }

  /**
   * Waits with full jitter before the next attempt.
   *
   * @param delayMs where the caller knows better how long
   * @throws {DomainError} busy where the time left is too short for another one
   */
  async beforeRetry(cause: Error, delayMs = backoffMs(this.attempts, Math.random())): Promise<void> {
    this.attempts += 1;
    if (this.remainingMs() <= delayMs) throw busy(cause);
    count('Retries');
    await wait(delayMs);
  }

  /** For attempts that need no wait. @throws {DomainError} busy where no time is left */
  mustLast(reason: string): void {
    if (this.remainingMs() <= 0) throw busy(new Error(reason));
  }
}

/**
 * Sends a transaction until it is committed or refused.
 *
 * @returns the refusals; empty where it was committed
 * @throws {DomainError} busy
 */
export async function transact<Name extends string>(
  actions: readonly Action<Name>[],
  patience: Patience,
): Promise<ReadonlyMap<Name, Item | undefined>> {
  for (;;) {
    const outcome = await attempt(actions);
    if (outcome.kind === 'committed') return new Map();
    if (outcome.kind === 'refused') return outcome.refused;
    await patience.beforeRetry(outcome.error);
  }
}
