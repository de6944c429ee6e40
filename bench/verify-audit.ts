import { setTimeout as wait } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { createAudit } from './verify/audit/audit.ts';
import type { AuditReport } from './verify/audit/report.ts';

export interface TrailToVerify {
  client: DynamoDBClient;
  tableName: string;
  /**
   * How long the trail may take to catch up with the table, which is read again until then.
   * @default 15000
   */
  settleMs?: number;
}

/**
 * Rebuilds events, bookings, waitlists and inventory from the audit trail, and compares them with the table. A scan is no
 * snapshot and the trail comes a moment later, so the table should be quiet.
 */
export async function verifyAudit({ client, tableName, settleMs = 15_000 }: TrailToVerify): Promise<AuditReport> {
  const settledAt = performance.now() + settleMs;
  for (;;) {
    const report = await readOnce(client, tableName);
    if (report.findings.length === 0 || performance.now() >= settledAt) return report;
    await wait(500);
  }
}

async function readOnce(client: DynamoDBClient, tableName: string): Promise<AuditReport> {
  const documents = DynamoDBDocumentClient.from(client);
  const audit = createAudit();
  for await (const page of paginateScan({ client: documents }, { TableName: tableName, ConsistentRead: true })) {
    for (const item of page.Items ?? []) audit.add(item);
  }
  return audit.close();
}
