import { cancelled, type ReasonCode, singleConflict, singleThrottle } from './answers.ts';
import type { JudgedStep, Plan } from './plan.ts';
import type { DynamoResponse } from './types.ts';

export interface Obstacles {
  isConflict(step: Plan['steps'][number]): boolean;
  hasRoom(step: Plan['steps'][number]): boolean;
  readonly throttleReason: ReasonCode;
}

/** Judges each action by itself, in the order of the request. */
export function judge({ steps }: Plan, obstacles: Obstacles): JudgedStep[] {
  return steps.map((step) => {
    if (obstacles.isConflict(step)) return { ...step, code: 'TransactionConflict' };
    return { ...step, code: obstacles.hasRoom(step) ? 'None' : obstacles.throttleReason };
  });
}

/** The answer that refuses the whole request; undefined where it may go ahead, a batch perhaps in part. */
export function refusalOf({ family }: Plan, steps: readonly JudgedStep[]): DynamoResponse | undefined {
  const codes = steps.map(({ code }) => code);
  if (codes.every((code) => code === 'None')) return undefined;
  if (family === 'transactWrite' || family === 'transactGet') return cancelled(codes);
  if (family === 'write' && codes.includes('TransactionConflict')) return singleConflict();
  const isAllThrottled = codes.every((code) => code !== 'None' && code !== 'TransactionConflict');
  return isAllThrottled ? singleThrottle() : undefined;
}
