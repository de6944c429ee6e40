import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { limits } from '../domain/limits.ts';
import { documents, tableName } from './client.ts';
import { failureKey } from './keys.ts';
import { getItems } from './read.ts';

/** Why a worker could not do what a message asks for, the last time it tried. */
export interface Failure {
  messageId: string;
  worker: string;
  name: string;
  message: string;
  at: string;
  attempts: number;
}

/** Tried once: whoever calls it has trouble already. */
export async function putFailure(failure: Failure): Promise<void> {
  const expiresAt = Math.floor(Date.parse(failure.at) / 1_000) + limits.failureTtlSeconds;
  const Item = { ...failureKey(failure.messageId), ...failure, expiresAt };
  await documents.send(new PutCommand({ TableName: tableName(), Item }));
}

/** By message id; what was never noted is missing. @throws {DomainError} busy */
export async function findFailures(messageIds: readonly string[]): Promise<Map<string, Failure>> {
  const items = await getItems(messageIds.map(failureKey));
  return new Map(items.map((item) => [String(item.messageId), item as unknown as Failure]));
}
