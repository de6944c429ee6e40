import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { limits } from '../domain/limits.ts';
import { type RatePolicy, type RateUsage, windowAt } from '../domain/rate.ts';
import { documents, tableName } from './client.ts';
import * as keys from './keys.ts';

/**
 * Counts one more of what `subject` does: one write, beside which the window before is read. Counters of different
 * subjects never wait for each other, and those of one never conflict.
 *
 * @param subject stands for an account or address, whose name is no business of the table
 * @throws what the table answers, and an AbortError where it takes longer than a sign-in should wait
 */
export async function countOne(policy: RatePolicy, subject: string, nowMs: number): Promise<RateUsage> {
  const window = windowAt(policy, nowMs);
  const options = { abortSignal: AbortSignal.timeout(limits.rateCountMs) };
  const increment = new UpdateCommand({
    TableName: tableName(),
    Key: keys.rateKey(policy.name, subject, window),
    UpdateExpression: 'ADD happened :one SET expiresAt = :expiresAt',
    ExpressionAttributeValues: {
      ':one': 1,
      // One window later it weighs nothing any more.
      ':expiresAt': (window + 2) * policy.windowSeconds,
    },
    ReturnValues: 'ALL_NEW',
  });
  const before = new GetCommand({ TableName: tableName(), Key: keys.rateKey(policy.name, subject, window - 1) });
  const [now, previous] = await Promise.all([documents.send(increment, options), documents.send(before, options)]);
  return { current: Number(now.Attributes?.happened ?? 1), previous: Number(previous.Item?.happened ?? 0) };
}
