/**
 * On-demand prices of us-east-1 in $ per million, without free tiers and discounts for volume.
 *
 * - DynamoDB: https://aws.amazon.com/dynamodb/pricing/on-demand/ (since 2024-11-01)
 * - API Gateway, HTTP APIs, first 300 million a month: https://aws.amazon.com/api-gateway/pricing/
 * - Lambda, arm64, first 7.5 billion GB-seconds a month: https://aws.amazon.com/lambda/pricing/
 * - EventBridge (pipes, events of an own bus), SQS, SES: https://aws.amazon.com/eventbridge/pricing/, https://aws.amazon.com/sqs/pricing/,
 *   https://aws.amazon.com/ses/pricing/
 *
 * DynamoDB, API Gateway and Lambda were compared with copies of those pages on 2026-11-21; those of the last line are
 * from memory. Compare them all before you decide on them.
 */
export const prices = {
  date: '2026-11-21',
  writeUnits: 0.625,
  readUnits: 0.125,
  gatewayRequests: 1,
  lambdaRequests: 0.2,
  lambdaGbSeconds: 13.3334,
  pipeRequests: 0.4,
  busEvents: 1,
  queueRequests: 0.4,
  emails: 100,
} as const;

/** Milliseconds that a function is taken to run: its own work, and waiting for each call. Assumed, not measured. */
export const assumedMs = { handler: 5, read: 5, write: 10, otherService: 50 } as const;

/** What was used, in ones, not in millions. */
export interface Usage {
  readonly writeUnits?: number;
  readonly readUnits?: number;
  readonly gatewayRequests?: number;
  readonly lambdaRequests?: number;
  readonly lambdaGbSeconds?: number;
  readonly pipeRequests?: number;
  readonly busEvents?: number;
  readonly queueRequests?: number;
  readonly emails?: number;
}

/** @returns $ */
export function dollarsOf(usage: Usage): number {
  const names = Object.keys(usage) as (keyof Usage)[];
  return names.reduce((sum, name) => sum + ((usage[name] ?? 0) * prices[name]) / 1_000_000, 0);
}
