import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { expect } from 'vitest';
import type { StackOutputs } from '../../local/outputs.ts';
import type { Received } from './client.ts';

export type TableContents = Record<string, Record<string, unknown>>;

const keyOf = (item: Record<string, unknown>): string => `${item.pk} ${item.sk}`;
/** What workers write for changes that were made before, and counters of attempts to sign in. */
const followsLater = /^STATS#|^AUDIT#|^RATE#| NOTIFICATION#| INBOX$/;

/** Every item of the table, by its key, but for what workers write in their own time, or for other keys. */
export async function contentsOf(
  { dynamodbEndpoint, region, tableName }: StackOutputs,
  leftOut: RegExp = followsLater,
): Promise<TableContents> {
  const client = new DynamoDBClient({
    endpoint: dynamodbEndpoint,
    region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const items: TableContents = {};
  const pages = paginateScan(
    { client: DynamoDBDocumentClient.from(client) },
    { TableName: tableName, ConsistentRead: true },
  );
  for await (const { Items = [] } of pages) {
    for (const item of Items) if (!leftOut.test(keyOf(item))) items[keyOf(item)] = item;
  }
  client.destroy();
  return items;
}

/** Expects that what `act` does leaves every item of the table as it was, and adds none. */
export async function expectNoTrace<T>(outputs: StackOutputs, act: () => Promise<T>): Promise<T> {
  const before = await contentsOf(outputs);
  const result = await act();
  expect(await contentsOf(outputs)).toEqual(before);
  return result;
}

const words = /arn:aws|EVENT#|USER#|dynamo|gsi1|node_modules|\.mjs|\.ts:\d|Exception|ZodError/;

/**
 * Expects a complete problem document of the code, whose members beyond the common ones are exactly `details`, and that
 * nothing of the inside is in it.
 */
export function expectProblem(answer: Received, status: number, code: string, details: object = {}): void {
  expect([answer.status, answer.json?.code], answer.text).toEqual([status, code]);
  const requestId = answer.headers.get('x-request-id');
  expect(answer.json).toEqual({
    type: `/problems/${code}`,
    title: expect.stringMatching(/./),
    status,
    detail: expect.stringMatching(/./),
    instance: requestId,
    code,
    ...details,
  });
  expect(requestId).toMatch(/./);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  expect(answer.text).not.toMatch(words);
}

/** A validation error about this field, and about no other one. */
export function expectInvalid(answer: Received, path: string): void {
  expectProblem(answer, 400, 'validation-error', { errors: expect.any(Array) });
  for (const error of answer.json.errors) expect(error).toEqual({ path, message: expect.stringMatching(/./) });
}

/** Body and status without the request id, the one thing that may differ between two answers of the same bytes. */
export function bytesOf({ status, text, headers }: Received): string {
  return `${status} ${headers.get('content-type')} ${text.replaceAll(headers.get('x-request-id') ?? '', '<request>')}`;
}
